"""Evaluates landmarks on faces rotated by any angle: how many are detected, and the errors of points and roll.

python -m training evaluate landmarks --data DATA
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from core.face import Box
from core.images.crop import Image
from core.models.pose import LandmarkNet, angle_difference
from training.data.faces import load_negatives
from training.data.landmarks import LandmarkFace, load_landmarks
from training.data.pictures import load_rgb
from training.scores import Scores

ANGLES = tuple(range(0, 360, 30))
"""Degrees by which faces are rotated."""

JITTER = 0.04
"""Standard deviation of the boxes' position and log size, in box sizes."""


@dataclass(frozen=True, slots=True)
class LandmarkResult:
    """The result for one face: its rotation, whether its landmarks were accepted, and if so their errors."""

    degrees: int
    found: bool
    points_off: float = 0.0
    roll_off: float = 0.0


def turned_face(face: LandmarkFace, degrees: float, rng: np.random.Generator) -> tuple[Image, Box, np.ndarray]:
    """Return (the picture rotated clockwise around a face, with replicated edges; a box around it; its points)."""
    image = load_rgb(face.path)
    height, width = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((face.box.cx, face.box.cy), -degrees, 1.0)
    turned = cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    half = np.hypot(matrix[:, 0] * face.box.w / 2, matrix[:, 1] * face.box.h / 2) * np.exp(rng.normal(0, JITTER, 2))
    right, down = rng.normal(0, JITTER, 2) * face.box.size
    box = Box.from_centre(face.box.cx + right, face.box.cy + down, 2 * half[0], 2 * half[1])
    return np.asarray(turned), box, face.points @ matrix[:, :2].T + matrix[:, 2]


def roll_of(points: np.ndarray) -> float:
    """Degrees by which a face with these landmarks leans."""
    right, down = points[0] - points[2]
    return float(np.degrees(np.arctan2(down, right)))


def landmark_results(net: LandmarkNet, faces: list[LandmarkFace]) -> Iterator[LandmarkResult]:
    """Evaluate each face at two angles."""
    for number, face in enumerate(faces):
        rng = np.random.default_rng(number)
        for degrees in (ANGLES[number % len(ANGLES)], ANGLES[(number * 5 + 3) % len(ANGLES)]):
            image, box, points = turned_face(face, degrees, rng)
            prediction = net.landmarks(image, box)
            if prediction is None:
                yield LandmarkResult(degrees, False)
                continue
            eyes = float(np.hypot(*(points[0] - points[2])))
            points_off = float(np.hypot(*(prediction.points - points).T).mean()) / eyes
            yield LandmarkResult(degrees, True, points_off, abs(angle_difference(prediction.roll, roll_of(points))))


def empty_squares(data: Path, part: str) -> Iterator[tuple[Image, Box]]:
    """Yield a square of each picture without a face."""
    for number, path in enumerate(load_negatives(data, part)):
        image = load_rgb(path)
        rng = np.random.default_rng(number)
        side = min(image.shape[:2]) * rng.uniform(0.2, 0.8)
        x, y = rng.uniform(0, image.shape[1] - side), rng.uniform(0, image.shape[0] - side)
        yield image, Box(float(x), float(y), float(side), float(side))


def score_results(results: list[LandmarkResult]) -> Scores:
    """Summarise the results of some faces."""
    accepted = [result for result in results if result.found]
    return {
        "faces": len(results),
        "told": len(accepted) / len(results) if results else None,
        "points_off": float(np.mean([result.points_off for result in accepted])) if accepted else None,
        "roll_off": float(np.median([result.roll_off for result in accepted])) if accepted else None,
        "roll_off_95": float(np.quantile([result.roll_off for result in accepted], 0.95)) if accepted else None,
    }


def evaluate_landmarks(net: LandmarkNet, data: Path, table: Path) -> Scores:
    """Score the test set, overall and by angle, and the share of squares without a face that is accepted as one.

    Raises:
        DataError: data or the table is missing.
    """
    results = list(landmark_results(net, load_landmarks(data, table, "test")))
    nothing = [net.landmarks(image, box) is not None for image, box in empty_squares(data, "test")]
    by_angle = {
        f"{degrees:03}": score_results([result for result in results if result.degrees == degrees])
        for degrees in ANGLES
    }
    return score_results(results) | {"nothing_told": float(np.mean(nothing)), "by_angle": by_angle}
