"""Writes the teachers' predictions for distillation: for training faces, unrated adults, and blends of them.

    python -m training teach --out runs/teacher.csv

The teachers are the shipped models of fold 1, so the file must not be used with another fold.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.batch.inputs import check_result
from core.face import Box, Face
from core.images.crop import Image
from core.models.classifier import Mean, Network, load_network
from core.models.detector import Detector, load_detector
from core.models.manifest import load_manifest
from core.output.files import atomic_write_text
from core.settings_reader import load_settings
from training.data.lessons import SIDE, Lessons, draw_view, lessons_path, save_lessons, shrink_view
from training.data.pictures import load_rgb
from training.data.rated import ON_ONE_SCALE, RatedFace, load_rated
from training.data.refused import adults_only
from training.data.schemas import UTKFACE
from training.data.tables import read_table
from training.errors import TrainingError
from training.models import registry

UNRATED = "utkface"
GROWN_UP = 25
"""Minimum labelled age of the faces used; the label is an estimate, too."""

UNRATED_SHARE = 0.5
"""Most unrated faces per rated face. With twice as many as rated ones, a network learnt the unrated faces well, and the
rated ones, and others like them, badly."""

COLUMNS = ("panel", "file", "x", "y", "w", "h", "rating")


def labelled_adults(data: Path, detector: Detector, most: int) -> list[RatedFace]:
    """Return faces of UTKFace labelled as adults, in the boxes that the detector finds.

    A picture without a detection is left out.

    Args:
        data: the data folder.
        detector: finds the boxes.
        most: number of pictures; if there are more, they are chosen evenly by name.
    """
    files = sorted(row["file"] for row in read_table(data / UNRATED / "labels.csv", UTKFACE) if row["age"] >= GROWN_UP)
    count = min(most, len(files))
    adults = []
    for number in range(count):
        path = data / UNRATED / "images" / files[number * len(files) // count]
        faces = detector.detect(load_rgb(path))
        if faces:
            adults.append(RatedFace(path, faces[0].box, float("nan"), "unrated", UNRATED))
    return adults


def lessons_of(
    networks: Sequence[Network], images: Sequence[Image], boxes: Sequence[Box], views: int, seed: int
) -> Lessons:
    """Return views of faces with the teachers' mean rating. A view depends on the seed and its number only.

    Args:
        networks: the teachers.
        images: RGB uint8, one per face.
        boxes: the faces, in the same order.
        views: number of views.
        seed: of the views.

    Raises:
        TrainingError: the teachers have different input sizes.
    """
    sides = {network.card.side for network in networks}
    if len(sides) != 1:
        raise TrainingError(f"expected teachers that look at one size; theirs are {sorted(sides)}.")
    (side,) = sides
    pixels, ratings = np.empty((views, SIDE, SIDE, 3), np.uint8), np.empty(views, np.float32)
    for number in range(views):
        view = draw_view(np.random.default_rng((seed, number)), images, boxes, side)
        ratings[number] = np.mean([network.look(view) for network in networks])
        pixels[number] = shrink_view(view)
    return Lessons(pixels, ratings)


def teach(data: Path, weights: Path, out: Path, views: int, seed: int) -> int:
    """Write the teacher's file of faces, and its views beside it; return the number of faces.

    Raises:
        FairestError: a teacher was not exported yet, or `out` is an input. DataError: data is missing.
    """
    for path in (out, lessons_path(out)):
        check_result(path, [data, weights])
    settings = load_settings(weights_dir=weights).rating
    manifest = load_manifest(weights)
    networks = [load_network(manifest.network(name, "classifier"), settings) for name in registry.teachers()]
    teachers = Mean(tuple(networks))
    rated = adults_only(load_rated(data, "train", ON_ONE_SCALE))
    most = round(UNRATED_SHARE * len(rated))
    faces = rated + labelled_adults(data, load_detector("facetracker", settings), most)
    images = [load_rgb(face.path) for face in faces]
    out.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write_text(out) as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        for face, image in zip(faces, images, strict=True):
            rating = teachers(image, Face(face.box, 1.0))
            box = [round(float(value), 2) for value in (face.box.x, face.box.y, face.box.w, face.box.h)]
            writer.writerow([face.path.parent.parent.name, face.path.name, *box, round(rating, 4)])
    save_lessons(lessons_path(out), lessons_of(networks, images, [face.box for face in faces], views, seed))
    return len(faces)
