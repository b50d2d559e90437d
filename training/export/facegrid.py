"""Exports FaceGrid: the file at the app's input size, its threshold, scores and report."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np

from core.face import Face
from core.models.detector import BUILDERS
from core.models.facegrid import letterbox
from core.models.litert import LiteRTModel, Runtime
from core.models.manifest import ModelCard
from core.settings_reader import load_settings
from training.data.faces import load_faces, load_negatives
from training.data.pictures import load_rgb
from training.evaluate.average_precision import GroundTruth, share_found
from training.evaluate.faces import SETS, FaceFinder, above_threshold, evaluate_faces, ground_truth, without_threshold
from training.evaluate.threshold import empty_pictures
from training.export.litert import KerasRuntime, require, sample, to_litert
from training.export.paths import ExportPaths
from training.models.spec import ModelSpec
from training.scores import Scores, rounded

CALIBRATION = 120
"""Number of validation pictures used to calibrate the ranges of the layers' outputs."""

MAX_FALSE_ALARMS = 0.006
"""Maximum share of validation pictures without a face that may have a false positive."""

CANDIDATES = np.arange(0.1, 0.91, 0.01)

MAX_AP_LOST = 0.03
"""Maximum loss of average precision of the file against the Keras model; beyond it, export fails."""


def grid_litert(model: keras.Model, _spec: ModelSpec, paths: ExportPaths) -> bytes:
    """Convert a FaceGrid to a full int8 `.tflite` at its export size, calibrated on validation pictures."""
    height, width = model.input_shape[1:3]
    pictures = [picture.path for picture in load_faces(paths.data, "validation")]
    pictures += load_negatives(paths.data, "validation")
    chosen = sample(pictures, CALIBRATION)
    return to_litert(model, [letterbox(load_rgb(picture), width, height)[0] for picture in chosen])


def grid_threshold(find: FaceFinder, data: Path) -> float:
    """Return the threshold with the best F1 among those with hardly any false positives on pictures without a face."""
    pictures = [picture for picture in load_faces(data, "validation") if picture.source in SETS]
    detected = [find(load_rgb(picture.path)) for picture in pictures]
    truth = [ground_truth(picture, own=False) for picture in pictures]
    loudest = np.array([max((face.detection for face in find(image)), default=0.0) for image in empty_pictures(data)])
    allowed = [float(t) for t in CANDIDATES if np.mean(loudest >= t) <= MAX_FALSE_ALARMS] or [float(CANDIDATES[-1])]
    best: float = max(allowed, key=lambda t: f1([above_threshold(faces, t) for faces in detected], truth))
    return round(best, 2)


def f1(detected: list[list[Face]], truth: list[GroundTruth]) -> float:
    """Return the harmonic mean of precision and recall."""
    recall, precision = share_found(detected, truth)
    return 2 * recall * precision / max(recall + precision, 1e-9)


def export_facegrid(
    model: keras.Model, runtime: LiteRTModel, card: ModelCard, paths: ExportPaths
) -> tuple[ModelCard, Scores]:
    """Return the card with threshold and scores, and the report: file and Keras model on the same test pictures.

    Args:
        model: at the shipped input size.
        runtime: the file converted from it.
        card: of that file.
        paths: for the fine detector, the weights folder must contain the fast one.

    Raises:
        TrainingError: the file detects faces worse than the Keras model.
    """
    settings = load_settings(weights_dir=paths.weights).rating

    def finds(runs: Runtime) -> FaceFinder:
        return without_threshold(BUILDERS[card.name](runs, card, settings))

    card = card.model_copy(update={"threshold": grid_threshold(finds(runtime), paths.data)})
    shipped = evaluate_faces(finds(runtime), card.threshold, paths.data)
    original = evaluate_faces(finds(KerasRuntime(model)), card.threshold, paths.data)
    lost = original["ap"] - shipped["ap"]
    require(lost <= MAX_AP_LOST, f"an average precision within {MAX_AP_LOST} of Keras's", lost)
    scores = {f"ap_{name}": of_set["ap"] for name, of_set in shipped["by_set"].items()}
    scores["recall"] = shipped["recall"]
    return card.model_copy(update={"scores": rounded(scores)}), {"test": shipped | scores, "keras": original}
