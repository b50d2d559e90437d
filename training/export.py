"""Export a trained model to LiteRT, check it against Keras on real pictures, and enter it into the manifest.

    python -m training export facetracker --data DATA
    python -m training export sexyness_cnn --data DATA

Thresholds and calibration are chosen on validation pictures; the test split is only measured.
"""

from __future__ import annotations

import csv
import json
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from core.classify import RatingClassifier
from core.crop import whole_window
from core.detect import FaceTracker
from core.runtime import LiteRTModel
from core.weights import MANIFEST, Calibration, Manifest, ModelCard, file_sha256, load_manifest
from training.callbacks import BEST_WEIGHTS, HISTORY
from training.cards import CARDS
from training.data.faces import load_faces, load_rgb
from training.data.rated import load_scut
from training.errors import TrainingError
from training.evaluate import Scores, evaluate_classifier, evaluate_tracker, ratings, rounded
from training.metrics import calibration_slope
from training.tasks import RECIPES
from training.threshold import detection_threshold

THREADS = 2

LEAST_BOX_AGREEMENT = 0.9
"""Mean IoU of the exported model's boxes with the Keras model's on the same pictures, below which export refuses."""

MOST_RATING_DIFFERENCE = 0.02
"""Mean distance of the exported model's ratings from the Keras model's, above which export refuses."""


def named(outputs: Any) -> dict[str, Any]:
    """A Keras model's outputs by name; a single one is the rating."""
    return outputs if isinstance(outputs, dict) else {"rating": outputs}


class KerasRuntime:
    """A Keras model behind the interface of core.runtime.LiteRTModel, to measure both by the same code."""

    def __init__(self, model: keras.Model) -> None:
        self._call = tf.function(model, jit_compile=False)

    def __call__(self, pixels: np.ndarray) -> dict[str, np.ndarray]:
        """One preprocessed picture (side, side, 3) to each output by name, without the batch axis."""
        outputs = named(self._call(tf.constant(pixels[np.newaxis])))
        return {name: np.asarray(value[0]) for name, value in outputs.items()}


def to_litert(model: keras.Model) -> bytes:
    """The model as a `.tflite` of batch 1 with dynamic-range int8 weights."""
    shape = (1, *model.input_shape[1:])
    with tempfile.TemporaryDirectory() as folder:
        model.export(folder, input_signature=[keras.InputSpec(shape=shape, dtype="float32")], verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        return bytes(converter.convert())


def trained(runs: Path) -> list[str]:
    """The models whose best weights lie in a folder of runs, in the order of their cards."""
    return [name for name in CARDS if (runs / name / BEST_WEIGHTS).is_file()]


def trained_model(name: str, runs: Path) -> keras.Model:
    """The best weights of a run in a float32 model.

    Raises:
        TrainingError: the model was not trained yet.
    """
    weights = runs / name / BEST_WEIGHTS
    if not weights.is_file():
        raise TrainingError(f"expected the weights {weights}; there are none. Run: python -m training train {name}")
    keras.mixed_precision.set_dtype_policy("float32")
    model = RECIPES[name].build()
    model.load_weights(weights)
    return model


def box_agreement(one: FaceTracker, other: FaceTracker, data: Path) -> float:
    """Mean IoU of two trackers' boxes on the validation pictures, whole, whether they take them for faces or not."""
    overlaps = []
    for picture in load_faces(data, "validation"):
        image = load_rgb(picture.path)
        window = whole_window(image.shape[1], image.shape[0])
        overlaps.append(one.look(image, window)[1].iou(other.look(image, window)[1]))
    return float(np.mean(overlaps))


def require(holds: bool, expected: str, received: float) -> None:
    """Refuse an export that is not the model it was made from.

    Raises:
        TrainingError: it does not hold.
    """
    if not holds:
        raise TrainingError(f"expected {expected}; received {received:.4f}. Nothing was exported.")


def export_detector(model: keras.Model, runtime: LiteRTModel, card: ModelCard, data: Path) -> tuple[ModelCard, Scores]:
    """The card with its threshold and scores, and the report: exported and Keras model on the same test pictures."""
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
    require(agreement >= LEAST_BOX_AGREEMENT, f"boxes that agree with Keras's by IoU {LEAST_BOX_AGREEMENT}", agreement)
    scores = {key: exported[key] for key in ("mean_iou", "iou_50", "face_or_not")}
    return card.model_copy(update={"scores": rounded(scores)}), report


def export_classifier(
    model: keras.Model, runtime: LiteRTModel, card: ModelCard, data: Path
) -> tuple[ModelCard, Scores]:
    """The card with threshold, calibration and scores, and the report, predictions included."""
    train, validation = load_scut(data, "train"), load_scut(data, "validation")
    threshold = float(np.median([face.score for face in train + validation]))
    card = card.model_copy(update={"threshold": round(threshold, 4)})
    exported = RatingClassifier(runtime, card, "above", "below")
    distance = ratings(exported, validation) - threshold
    slope = calibration_slope(distance, np.array([face.score > threshold for face in validation]))
    card = card.model_copy(update={"calibration": Calibration(slope=round(slope, 4))})
    scores, predictions = evaluate_classifier(exported, data)
    original, others = evaluate_classifier(RatingClassifier(KerasRuntime(model), card, "above", "below"), data)
    moved = [abs(a["rating"] - b["rating"]) for a, b in zip(predictions, others, strict=True)]
    report = {"test": scores, "keras": original, "predictions": predictions}
    report["export_difference"] = {
        "pearson": scores["pearson"] - original["pearson"],
        "rating_mean": float(np.mean(moved)),
        "rating_most": float(np.max(moved)),
    }
    apart = float(np.mean(moved))
    require(apart <= MOST_RATING_DIFFERENCE, f"ratings within {MOST_RATING_DIFFERENCE} of Keras's on average", apart)
    kept = {key: scores[key] for key in ("pearson", "mae", "rmse", "accuracy")}
    return card.model_copy(update={"scores": rounded(kept)}), report


def write_report(folder: Path, report: Scores, history: Path) -> None:
    """evaluation.json, predictions.csv (a classifier's) and the training log, for the metrics page."""
    folder.mkdir(parents=True, exist_ok=True)
    predictions = report.pop("predictions", None)
    (folder / "evaluation.json").write_text(json.dumps(rounded(report), indent=1) + "\n", encoding="utf-8")
    if predictions:
        with (folder / "predictions.csv").open("w", newline="", encoding="utf-8") as stream:
            writer = csv.DictWriter(stream, list(predictions[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rounded(predictions))
    if history.is_file():
        shutil.copyfile(history, folder / HISTORY)


def enter(weights: Path, card: ModelCard) -> None:
    """Put a card into the manifest, in the place of an older one of its name."""
    models = load_manifest(weights).models if (weights / MANIFEST).is_file() else []
    names = [model.name for model in models]
    models = [card if model.name == card.name else model for model in models]
    manifest = Manifest(models=models if card.name in names else [*models, card])
    (weights / MANIFEST).write_text(manifest.model_dump_json(indent=1) + "\n", encoding="utf-8")


def export(name: str, data: Path, runs: Path, weights: Path) -> Scores:
    """Convert, check, measure, and write everything that ships; returns the report.

    Raises:
        TrainingError: the model was not trained, or the exported one differs from it. DataError: data is missing.
    """
    model = trained_model(name, runs)
    weights.mkdir(parents=True, exist_ok=True)
    path, aside = weights / f"{name}.tflite", weights / f"{name}.tflite.new"
    aside.write_bytes(to_litert(model))
    card = ModelCard(
        **CARDS[name],
        name=name,
        kind=RECIPES[name].kind,
        file=path.name,
        sha256=file_sha256(aside),
        side=model.input_shape[1],
        threshold=0.5,
        parameters=model.count_params(),
        scores={},
    )
    runtime = LiteRTModel(aside, THREADS)
    finish = export_detector if card.kind == "detector" else export_classifier
    try:
        card, report = finish(model, runtime, card, data)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    enter(weights, card)
    shown = {key: value for key, value in report.items() if key != "predictions"}
    write_report(weights / "reports" / name, dict(report), runs / name / HISTORY)
    return shown
