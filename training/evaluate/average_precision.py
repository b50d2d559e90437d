"""Average precision of detected faces, as defined by PASCAL VOC since 2010; pure functions.

Each detected face, in order of confidence, is matched to the labelled face that it overlaps most, if by enough and if
that is still unmatched. Detections that overlap an ignored face count neither as right nor as wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.face import Box, Face

MIN_IOU = 0.5
INSIDE = 0.5
"""A detection with this share inside an ignored box is ignored, too: such a box may contain a crowd."""


@dataclass(frozen=True, slots=True)
class GroundTruth:
    """A picture's true faces, and the boxes to be ignored."""

    boxes: tuple[Box, ...]
    ignored: tuple[Box, ...] = ()


def match_detections(faces: Sequence[Face], truth: GroundTruth) -> list[tuple[float, bool]]:
    """Return (detection, whether it is a true positive) for the faces of one picture that count."""
    free = list(truth.boxes)
    rows: list[tuple[float, bool]] = []
    for face in sorted(faces, key=lambda candidate: -candidate.detection):
        best = max(free, key=face.box.iou, default=None)
        if best is not None and face.box.iou(best) >= MIN_IOU:
            free.remove(best)
            rows.append((face.detection, True))
        elif not any(
            face.box.iou(box) >= MIN_IOU or face.box.intersection(box) >= INSIDE * face.box.area
            for box in truth.ignored
        ):
            rows.append((face.detection, False))
    return rows


def average_precision(detected: Sequence[Sequence[Face]], truth: Sequence[GroundTruth]) -> float:
    """Area under the precision-recall curve over all pictures, in [0, 1]; NaN if no face is labelled.

    Args:
        found: the faces of each picture, at a low threshold.
        truth: of the same pictures, in the same order.
    """
    total = sum(len(picture_truth.boxes) for picture_truth in truth)
    if not total:
        return float("nan")
    rows = [
        row
        for faces, picture_truth in zip(detected, truth, strict=True)
        for row in match_detections(faces, picture_truth)
    ]
    rows.sort(key=lambda row: -row[0])
    right = np.cumsum([hit for _, hit in rows])
    if not len(right):
        return 0.0
    precision = right / np.arange(1, len(rows) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    recall = right / total
    return float(np.sum(np.diff(recall, prepend=0.0) * envelope))


def of_size(truth: Sequence[GroundTruth], low: float, high: float) -> list[GroundTruth]:
    """Keep the faces with a size (geometric mean, pixels) in [low, high); the others are ignored."""
    parts = []
    for picture_truth in truth:
        fits = [low <= box.size < high for box in picture_truth.boxes]
        parts.append(
            GroundTruth(
                tuple(box for box, fit in zip(picture_truth.boxes, fits, strict=True) if fit),
                (*picture_truth.ignored, *(box for box, fit in zip(picture_truth.boxes, fits, strict=True) if not fit)),
            )
        )
    return parts


def share_found(detected: Sequence[Sequence[Face]], truth: Sequence[GroundTruth]) -> tuple[float, float]:
    """Return (recall, precision) of the given faces; 1 where there are none to miss or to get wrong."""
    total = sum(len(picture_truth.boxes) for picture_truth in truth)
    rows = [
        hit
        for faces, picture_truth in zip(detected, truth, strict=True)
        for _, hit in match_detections(faces, picture_truth)
    ]
    return sum(rows) / total if total else 1.0, sum(rows) / len(rows) if rows else 1.0
