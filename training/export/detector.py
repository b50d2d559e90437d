"""Exports a detector: threshold, scores and report, besides its file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np

from core.images.crop import whole_window
from core.models.detector import FaceTracker
from core.models.litert import LiteRTModel
from core.models.manifest import ModelCard
from training.data.faces import load_faces
from training.data.pictures import load_rgb
from training.evaluate.detector import evaluate_tracker
from training.evaluate.threshold import detection_threshold
from training.export.litert import KerasRuntime, require
from training.export.paths import ExportPaths
from training.scores import Scores, rounded

MIN_BOX_AGREEMENT = 0.9
"""Mean IoU between the exported model's and the Keras model's boxes on the same pictures, below which export fails."""


def box_agreement(first: FaceTracker, second: FaceTracker, data: Path) -> float:
    """Return the mean IoU of two trackers' boxes on whole validation pictures, regardless of their detection."""
    overlaps = []
    for picture in load_faces(data, "validation"):
        image = load_rgb(picture.path)
        window = whole_window(image.shape[1], image.shape[0])
        overlaps.append(first.look(image, window)[1].iou(second.look(image, window)[1]))
    return float(np.mean(overlaps))


def export_detector(
    model: keras.Model, runtime: LiteRTModel, card: ModelCard, paths: ExportPaths
) -> tuple[ModelCard, Scores]:
    """Return the card with threshold and scores, and the report: exported and Keras model on the same test pictures."""
    data = paths.data
    card = card.model_copy(update={"threshold": detection_threshold(FaceTracker(runtime, card), data)})
    shipped, kept = FaceTracker(runtime, card), FaceTracker(KerasRuntime(model), card)
    exported, original = evaluate_tracker(shipped, data), evaluate_tracker(kept, data)
    single_look = evaluate_tracker(replace(shipped, closer_below=0.0), data)
    report = {"test": exported, "keras": original, "single_look": single_look}
    agreement = box_agreement(shipped, kept, data)
    report["export_difference"] = {
        "mean_iou": exported["mean_iou"] - original["mean_iou"],
        "box_agreement": agreement,
    }
    require(agreement >= MIN_BOX_AGREEMENT, f"boxes that agree with Keras's by IoU {MIN_BOX_AGREEMENT}", agreement)
    scores = {key: exported[key] for key in ("mean_iou", "iou_50", "face_or_not")}
    return card.model_copy(update={"scores": rounded(scores)}), report
