"""Measures the data sets' conventions for face boxes, in eye distances: the source of `conventions.DRAWINGS`.

    python -m training conventions --data DATA

Fairest's detector finds upright faces and its landmarks the eyes, independently of the set's boxes. Only training
pictures are used.
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
"""Pixels of edge replication around a picture, so that faces at its edge are found."""

MIN_IOU = 0.35
"""Minimum overlap of a detected face with the labelled one."""

MAX_ROLL = 10.0
"""Maximum roll in degrees."""

MIN_FACE = 50
"""Faces less than this many pixels high are skipped."""


def labelled_boxes(data: Path, source: str) -> Iterator[tuple[Path, Box]]:
    """Yield the training pictures and boxes of a set, in the set's convention."""
    folder, name, schema = TABLES.get(source, ("faces", "boxes.csv", FACES))
    for row in read_table(data / folder / name, schema):
        values = row.values
        held_out = values.get("split") == "val" or values.get("test_fold") == 1 or values.get("ignore") == 1
        if row.box is not None and not held_out and values.get("set", source) == source:
            yield data / folder / "images" / row["file"], row.box


def eyes_of(image: np.ndarray, box: Box, detector: Detector, landmarks: LandmarkNet) -> np.ndarray | None:
    """Return both eyes' centres, (2, 2) pixels, of the upright face in a box; None if there is none."""
    padded = cv2.copyMakeBorder(image, MARGIN, MARGIN, MARGIN, MARGIN, cv2.BORDER_REPLICATE)
    for face in detector.detect(padded):
        face_box = Box(face.box.x - MARGIN, face.box.y - MARGIN, face.box.w, face.box.h)
        pose = landmarks.landmarks(padded, face.box) if face_box.iou(box) >= MIN_IOU else None
        if pose is not None and abs(pose.roll) <= MAX_ROLL:
            eyes: np.ndarray = pose.points[:4].reshape(2, 2, 2).mean(axis=1) - MARGIN
            return eyes
    return None


def measure(data: Path, source: str, max_pictures: int, seed: int) -> tuple[Drawing, int]:
    """Return (a set's median box, the number of faces used), from at most `max_pictures` random pictures.

    Raises:
        FairestError: a model is missing. DataError: data is missing.
    """
    settings = load_settings().rating
    detector, landmarks = load_detector(settings.detector, settings), load_landmarks(settings)
    labelled = [(path, box) for path, box in labelled_boxes(data, source) if box.h > MIN_FACE]
    np.random.default_rng(seed).shuffle(labelled)
    rows = []
    for path, box in labelled[:max_pictures]:
        eyes = eyes_of(load_rgb(path), box, detector, landmarks)
        if eyes is not None:
            unit, middle = float(np.linalg.norm(eyes[0] - eyes[1])), eyes.mean(axis=0)
            rows.append([(box.y - middle[1]) / unit, (box.y + box.h - middle[1]) / unit, box.w / unit])
    if not rows:
        return Drawing(0.0, 0.0, 0.0), 0
    top, bottom, width = np.median(rows, axis=0).round(2).tolist()
    return Drawing(top, bottom, width), len(rows)
