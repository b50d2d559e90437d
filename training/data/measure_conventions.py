"""Measure how each data set draws its face boxes, in eye distances: where `conventions.DRAWINGS` comes from.

    python -m training conventions --data DATA

Our detector finds upright faces, our landmarks the eyes: in it, where a set drew its box plays no part.
Only training pictures are looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from core.face import Box
from core.models.detector import Detector, load_detector
from core.models.pose import LandmarkNet, load_landmarks
from core.settings_reader import load_settings
from training.data.conventions import Drawing
from training.data.pictures import load_rgb
from training.data.schemas import FACES, MEBEAUTY, SCUT_FBP5500
from training.data.tables import read_table

TABLES = {
    "scut_fbp5500": ("scut_fbp5500", "labels.csv", SCUT_FBP5500),
    "mebeauty": ("mebeauty", "labels.csv", MEBEAUTY),
}
"""Folder, table and schema of the sets with a table of their own; the others share one."""

MARGIN = 60
"""Pixels repeated around a picture, so that faces at its edge are found."""

MIN_IOU = 0.35
"""A found face is the labelled one from this overlap on."""

MAX_ROLL = 10.0
"""Degrees."""

MIN_FACE = 50
"""Faces lower than this many pixels are skipped."""


def labelled_boxes(data: Path, source: str) -> Iterator[tuple[Path, Box]]:
    """The training pictures and boxes of a set, as the set draws them."""
    folder, name, schema = TABLES.get(source, ("faces", "boxes.csv", FACES))
    for row in read_table(data / folder / name, schema):
        values = row.values
        held_out = values.get("split") == "val" or values.get("test_fold") == 1 or values.get("ignore") == 1
        if row.box is not None and not held_out and values.get("set", source) == source:
            yield data / folder / "images" / row["file"], row.box


def eyes_of(image: np.ndarray, box: Box, detector: Detector, landmarks: LandmarkNet) -> np.ndarray | None:
    """Both eyes' middles, (2, 2) pixels, of the upright face in a box; None when none is found there."""
    wide = cv2.copyMakeBorder(image, MARGIN, MARGIN, MARGIN, MARGIN, cv2.BORDER_REPLICATE)
    for found in detector.detect(wide):
        there = Box(found.box.x - MARGIN, found.box.y - MARGIN, found.box.w, found.box.h)
        seen = landmarks.landmarks(wide, found.box) if there.iou(box) >= MIN_IOU else None
        if seen is not None and abs(seen.roll) <= MAX_ROLL:
            eyes: np.ndarray = seen.points[:4].reshape(2, 2, 2).mean(axis=1) - MARGIN
            return eyes
    return None


def measure(data: Path, source: str, max_pictures: int, seed: int) -> tuple[Drawing, int]:
    """(the median drawing of a set, from how many faces), from at most `max_pictures` pictures drawn at random.

    Raises:
        FairestError: a model is missing. DataError: data is missing.
    """
    settings = load_settings().rating
    detector, landmarks = load_detector(settings.detector, settings), load_landmarks(settings)
    every = [(path, box) for path, box in labelled_boxes(data, source) if box.h > MIN_FACE]
    np.random.default_rng(seed).shuffle(every)
    rows = []
    for path, box in every[:max_pictures]:
        eyes = eyes_of(load_rgb(path), box, detector, landmarks)
        if eyes is not None:
            unit, middle = float(np.linalg.norm(eyes[0] - eyes[1])), eyes.mean(axis=0)
            rows.append([(box.y - middle[1]) / unit, (box.y + box.h - middle[1]) / unit, box.w / unit])
    if not rows:
        return Drawing(0.0, 0.0, 0.0), 0
    top, bottom, width = np.median(rows, axis=0).round(2).tolist()
    return Drawing(top, bottom, width), len(rows)
