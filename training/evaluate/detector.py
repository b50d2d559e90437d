"""Evaluates a face tracker on test pictures, which were not used for any choice."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.face import Box, Face
from core.models.detector import FaceTracker
from training.data.faces import Picture, load_faces, load_negatives
from training.data.pictures import load_rgb
from training.scores import Scores


def track_faces(tracker: FaceTracker, pictures: list[Picture]) -> list[Face | None]:
    """Return the face found in each picture, or None."""
    return [next(iter(tracker.detect(load_rgb(picture.path))), None) for picture in pictures]


def ious(detected: list[Face | None], truth: list[Box]) -> np.ndarray:
    """Return the IoU of each found face with the true one, 0 if none was found; shape (n,)."""
    return np.array([face.box.iou(box) if face else 0.0 for face, box in zip(detected, truth, strict=True)])


def box_scores(values: np.ndarray) -> Scores:
    """Return the mean IoU and the share of pictures with an IoU of 0.5 or more."""
    return {"pictures": len(values), "mean_iou": float(np.mean(values)), "iou_50": float(np.mean(values >= 0.5))}


def evaluate_tracker(tracker: FaceTracker, data: Path) -> Scores:
    """Evaluate on whole single-face pictures and on pictures without a face.

    A picture in which no face is found counts with IoU 0. `own_drawing` compares with the boxes in each set's own
    convention, which differs from Fairest's (`training.data.conventions`).
    """
    pictures = [picture for picture in load_faces(data, "test") if picture.single]
    detected = track_faces(tracker, pictures)
    values = ious(detected, [picture.boxes[0] for picture in pictures])
    drawn = ious(detected, [picture.drawn[0] for picture in pictures])
    sources = np.array([picture.source for picture in pictures])
    negatives = load_negatives(data, "test")
    silent = sum(not tracker.detect(load_rgb(path)) for path in negatives)
    hits = sum(face is not None for face in detected)
    return {
        **box_scores(values),
        "face_or_not": (hits + silent) / (len(pictures) + len(negatives)),
        "faces_found": hits / len(pictures),
        "negatives": len(negatives),
        "negatives_silent": silent / len(negatives),
        "by_set": {name: box_scores(values[sources == name]) for name in sorted(set(sources))},
        "own_drawing": {
            **box_scores(drawn),
            "by_set": {name: box_scores(drawn[sources == name]) for name in sorted(set(sources))},
        },
    }
