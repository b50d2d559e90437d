"""Evaluates a multi-face detector: average precision by set and size, false positives on pictures without a face."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from core.face import Face
from core.images.crop import Image
from core.models.detector import Detector, with_threshold
from training.data.faces import Picture, load_faces, load_negatives
from training.data.pictures import load_rgb
from training.evaluate.average_precision import GroundTruth, average_precision, of_size, share_found
from training.scores import Scores

FaceFinder = Callable[[Image], list[Face]]
"""A detector at a low threshold."""

LOWEST = 0.05
"""Detections below this are not requested; they hardly affect an average precision."""

SETS = ("fddb", "wider")
"""Data sets evaluated; in Helen's pictures only one face is labelled."""

SIZES = {"below 16": (0.0, 16.0), "16 to 32": (16.0, 32.0), "32 to 96": (32.0, 96.0), "96 and more": (96.0, 1e9)}
"""Ranges of face sizes, pixels of the picture."""


def without_threshold(detector: Detector) -> FaceFinder:
    """Return one of Fairest's detectors with a threshold low enough to return every possible face."""
    return with_threshold(detector, LOWEST).detect


def ground_truth(picture: Picture, own: bool) -> GroundTruth:
    """Return a picture's ground truth, in Fairest's convention or in its set's own."""
    return GroundTruth(picture.drawn if own else picture.boxes, picture.ignored)


def above_threshold(faces: list[Face], threshold: float) -> list[Face]:
    """Keep the faces that reach a threshold."""
    return [face for face in faces if face.detection >= threshold]


def face_scores(detected: list[list[Face]], pictures: list[Picture], threshold: float) -> Scores:
    """Score detections on pictures. ap_own: against boxes in the set's own convention, which differs from Fairest's."""
    truth = [ground_truth(picture, own=False) for picture in pictures]
    counted = [above_threshold(faces, threshold) for faces in detected]
    recall, precision = share_found(counted, truth)
    return {
        "pictures": len(pictures),
        "faces": sum(len(picture_truth.boxes) for picture_truth in truth),
        "ap": average_precision(detected, truth),
        "ap_own": average_precision(detected, [ground_truth(picture, own=True) for picture in pictures]),
        "recall": recall,
        "precision": precision,
    }


def evaluate_faces(find: FaceFinder, threshold: float, data: Path) -> Scores:
    """Evaluate on the test pictures of `faces` except Helen's, and on the test pictures of `negatives`.

    Args:
        find: the detector at the threshold LOWEST.
        threshold: from which its faces count.
        data: the data folder.
    """
    pictures = [picture for picture in load_faces(data, "test") if picture.source in SETS]
    detected = [find(load_rgb(picture.path)) for picture in pictures]
    sources = [picture.source for picture in pictures]
    by_set = {}
    for name in SETS:
        chosen = [number for number, source in enumerate(sources) if source == name]
        if chosen:
            by_set[name] = face_scores([detected[n] for n in chosen], [pictures[n] for n in chosen], threshold)
    truth = [ground_truth(picture, own=False) for picture in pictures]
    by_size = {}
    for name, limits in SIZES.items():
        part = of_size(truth, *limits)
        faces = sum(len(picture_truth.boxes) for picture_truth in part)
        if faces:
            by_size[name] = {"faces": faces, "ap": average_precision(detected, part)}
    false = [len(above_threshold(find(load_rgb(path)), threshold)) for path in load_negatives(data, "test")]
    return {
        **face_scores(detected, pictures, threshold),
        "by_set": by_set,
        "by_size": by_size,
        "negatives": len(false),
        "negatives_silent": float(np.mean([count == 0 for count in false])),
        "false_faces_in_100": 100 * float(np.mean(false)),
    }
