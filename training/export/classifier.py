"""Exports a classifier: threshold, calibration, scores and report, besides its file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np

from core.evaluation.metrics import calibration_slope, pearson
from core.evaluation.results import ratings_of
from core.images.crop import crop, face_window
from core.models.classifier import Network, RatingClassifier, load_rater, of_panel
from core.models.detector import load_detector
from core.models.litert import LiteRTModel
from core.models.manifest import Calibration, Card, EnsembleCard, ModelCard, load_manifest
from core.models.preprocess import PREPROCESSING
from core.settings import RatingSettings
from core.settings_reader import load_settings
from training.data.pictures import load_rgb
from training.data.rated import FIRST, ON_ONE_SCALE, PANELS, load_panels, load_rated, load_scut, load_scut_test
from training.data.refused import adults_only
from training.evaluate.classifier import evaluate_classifier, evaluate_displayed, evaluate_omi, evaluate_other_panel
from training.evaluate.fairness import evaluate_fairness, faces_of
from training.evaluate.panel_scale import heads_of, left_out
from training.evaluate.rate import keras_outputs, keras_ratings, predict_ratings
from training.export.litert import correct_bias, require, sample, to_litert
from training.export.paths import ExportPaths
from training.models.parts.heads import PANEL_HEAD
from training.models.spec import ModelSpec
from training.scores import Scores, rounded

MAX_RATING_DIFFERENCE = 0.02
"""Mean absolute difference between the ratings of the exported model and the Keras model above which export fails."""

CALIBRATION = 400
"""Number of faces used to calibrate the ranges of the layers' outputs."""

SHIPPED = 1
"""The fold of SCUT-FBP5500 that no shipped model was trained on."""

KEPT = ("pearson", "mae", "rmse", "auc", "accuracy", "ece")
"""The scores that go into the manifest."""


def panel_litert(model: keras.Model, spec: ModelSpec, paths: ExportPaths) -> bytes:
    """Convert to a full int8 `.tflite`, calibrated on adults of the training set.

    Raises:
        DataError: data is missing.
    """
    faces = adults_only(load_rated(paths.data, "train", ON_ONE_SCALE, SHIPPED))
    preprocess, side = PREPROCESSING[spec.preprocessing], model.input_shape[1]
    crops = [crop(load_rgb(face.path), face_window(face.box), side) for face in sample(faces, CALIBRATION)]
    pictures = [preprocess(cut) for cut in crops]
    return correct_bias(model, PANEL_HEAD, to_litert(model, pictures), pictures)


def calibrate(classifier: RatingClassifier, data: Path) -> RatingClassifier:
    """Set the threshold to the training set's median and fit the probability's slope on the validation set.

    Both are those of SCUT-FBP5500, whose scale the rating uses.
    """
    training_faces, held_out = load_scut(data, "train"), load_scut(data, "validation")
    threshold = round(float(np.median([face.score for face in training_faces + held_out])), 6)
    distance = predict_ratings(classifier.rater, held_out) - threshold
    slope = calibration_slope(distance, np.array([face.score > threshold for face in held_out]))
    card = classifier.card.model_copy(
        update={"threshold": threshold, "calibration": Calibration(slope=round(slope, 4))}
    )
    return replace(classifier, card=card)


def measure(classifier: RatingClassifier, data: Path, settings: RatingSettings) -> tuple[Card, Scores]:
    """Return the card with its scores, and the report including predictions."""
    scores, rows = evaluate_classifier(classifier, data)
    report: Scores = {
        "test": scores,
        "other_panel": evaluate_other_panel(classifier, data),
        "fairface": evaluate_fairness(classifier, faces_of(data, load_detector(settings.detector, settings))),
        "predictions": rows,
    }
    return classifier.card.model_copy(update={"scores": rounded({key: scores[key] for key in KEPT})}), report


def export_classifier(
    model: keras.Model, runtime: LiteRTModel, card: ModelCard, paths: ExportPaths
) -> tuple[Card, Scores]:
    """Return a network's card and report.

    Raises:
        TrainingError: the exported model differs from the Keras model.
    """
    data, settings = paths.data, load_settings(weights_dir=paths.weights).rating
    names = settings.label_above, settings.label_below
    card = card.model_copy(update={"heads": heads_of(model, data, SHIPPED)})
    exported = calibrate(RatingClassifier(Network(runtime, card), card, *names), data)
    # Evaluating everything takes minutes, so a file that differs is reported first.
    panel, held_out = FIRST if card.heads else None, load_scut(data, "validation")
    ratings = predict_ratings(of_panel(exported.rater, FIRST), held_out)
    difference = float(np.abs(ratings - keras_ratings(model, held_out, card.heads, panel)).mean())
    require(
        difference <= MAX_RATING_DIFFERENCE, f"ratings within {MAX_RATING_DIFFERENCE} of Keras's on average", difference
    )
    finished, report = measure(exported, data, settings)
    truth = np.array([row.score for row in report["predictions"]])
    shipped, original = ratings_of(report["predictions"]), keras_ratings(model, load_scut_test(data), card.heads, panel)
    differences = np.abs(shipped - original)
    report["export_difference"] = {
        "pearson": pearson(truth, shipped) - pearson(truth, original),
        "rating_mean": float(differences.mean()),
        "rating_most": float(differences.max()),
    }
    if card.heads:
        detector = load_detector(settings.detector, settings)
        held_out = load_panels(data, "validation", tuple(PANELS), SHIPPED, detector)
        report["shown"] = evaluate_displayed(exported, data)
        report["omi"] = evaluate_omi(exported, data, detector)
        report["left_out"] = left_out(keras_outputs(model, held_out), held_out, card.heads)
    return finished, report


def export_ensemble(card: EnsembleCard, paths: ExportPaths) -> tuple[Card, Scores]:
    """Return the ensemble's card and report, from its shipped members."""
    settings = load_settings(weights_dir=paths.weights).rating
    manifest = load_manifest(paths.weights).with_card(card)
    rater = load_rater(card.name, manifest, settings)
    classifier = calibrate(RatingClassifier(rater, card, settings.label_above, settings.label_below), paths.data)
    return measure(classifier, paths.data, settings)
