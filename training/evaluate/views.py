"""Evaluates detection and rating of faces that are rotated, fill the frame or are cropped, against upright ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.face import Box, Face
from core.images.crop import Image
from core.models.age_guard import FrameGuard
from core.models.classifier import FrameClassifier
from core.models.detector import Detector
from core.models.orientation import detect_any_way_up
from training.data.faces import Picture
from training.data.pictures import load_rgb
from training.data.scenes import Scene, affine_map, place
from training.evaluate.average_precision import MIN_IOU
from training.scores import Scores

WIDTH, HEIGHT = 640, 480
"""Size of the frames in pixels."""


@dataclass(frozen=True, slots=True)
class View:
    """How a face is shown.

    The degrees it leans, the geometric mean of its box's sides in pixels, the share of its width outside the frame.
    """

    degrees: float = 0.0
    size: float = 150.0
    outside: float = 0.0


UPRIGHT = "upright"
VIEWS = {
    UPRIGHT: View(),
    "leaning by 10 degrees": View(degrees=10),
    "leaning by 20 degrees": View(degrees=20),
    "leaning by 30 degrees": View(degrees=30),
    "leaning by 40 degrees": View(degrees=40),
    "leaning by 65 degrees": View(degrees=65),
    "lying on a side": View(degrees=90),
    "hanging at 135 degrees": View(degrees=135),
    "upside down": View(degrees=180),
    "half of the frame's height": View(size=240),
    "as high as the frame": View(size=420),
    "higher than the frame": View(size=560),
    "a fifth out of the frame": View(outside=0.2),
    "two fifths out of the frame": View(outside=0.4),
}


def render_view(image: Image, box: Box, view: View, mirrored: bool) -> tuple[Image, Box]:
    """Render a frame with the face, RGB uint8 (480, 640, 3), and return it with the part of the box that is inside."""
    scale = view.size / box.size
    destination = WIDTH / 2, HEIGHT / 2
    if view.outside:
        destination = (0.5 - view.outside) * scale * box.w, HEIGHT / 2
    matrix = affine_map(scale, view.degrees, mirrored, (box.cx, box.cy), destination)
    scene = place(Scene(image, (box,), ()), matrix, Box(0, 0, WIDTH, HEIGHT), WIDTH, HEIGHT)
    return scene.image, (*scene.boxes, *scene.ignored)[0]


def match_face(detector: Detector, image: Image, truth: Box) -> Face | None:
    """Return the detected face that overlaps the true one most, if by enough, with its pose."""
    faces = [face for face in detect_any_way_up(detector, image) if face.box.iou(truth) >= MIN_IOU]
    return max(faces, key=lambda face: face.box.iou(truth), default=None)


def evaluate_views(
    detector: Detector, guard: FrameGuard, classifier: FrameClassifier, pictures: list[Picture]
) -> Scores:
    """Score a detector and a classifier on every view.

    By view: the share of faces found, the share of these that is refused as unfit, and the mean absolute change of the
    rating relative to the same face upright.

    Args:
        detector, guard, classifier: as in the app; of the guard, only the checks that do not depend on age.
        pictures: each with one labelled face; every other face is mirrored.
    """
    upright: dict[int, float] = {}
    report: Scores = {}
    for name, view in VIEWS.items():
        overlaps: list[float] = []
        refused: list[bool] = []
        moved: list[float] = []
        for number, picture in enumerate(pictures):
            image, truth = render_view(load_rgb(picture.path), picture.boxes[0], view, mirrored=number % 2 == 1)
            face = match_face(detector, image, truth)
            overlaps.append(face.box.iou(truth) if face else 0.0)
            if face is None:
                continue
            refused.append(guard.unfit_reason(face) is not None)
            if refused[-1]:
                continue
            rating = classifier.rating(image, face)
            if name == UPRIGHT:
                upright[number] = rating
            if number in upright:
                moved.append(abs(rating - upright[number]))
        report[name] = {
            "faces": len(overlaps),
            "found": float(np.mean([overlap > 0 for overlap in overlaps])),
            "refused": float(np.mean(refused)) if refused else 0.0,
            "rating_moved": float(np.mean(moved)) if moved else 0.0,
        }
    return report
