"""Evaluates a classifier on the test fold of SCUT-FBP5500 and on MEBeauty's test set."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.evaluation.metrics import (
    accuracy,
    auc,
    confusion_matrix,
    expected_calibration_error,
    mae,
    majority_by_key,
    pearson,
    rmse,
    spearman,
)
from core.evaluation.results import Row
from core.face import Face
from core.models.classifier import RatingClassifier, of_panel
from core.models.detector import Detector
from training.data.rated import FIRST, RatedFace, load_mebeauty, load_omi, load_scut, load_scut_test
from training.evaluate.rate import predict_ratings
from training.scores import Scores


def rows_of(classifier: RatingClassifier, faces: list[RatedFace], predicted: np.ndarray) -> list[Row]:
    """Return the results for faces with known predictions, shape (n,)."""
    rows = []
    for face, rating in zip(faces, predicted.tolist(), strict=True):
        rated = classifier.with_rating(Face(face.box, 1.0), rating)
        above = face.score > classifier.card.threshold
        label = classifier.label_above if above else classifier.label_below
        rows.append(
            Row(
                file=face.path.name,
                group=face.group,
                source=face.source,
                score=face.score,
                label=label,
                rating=rating,
                predicted=str(rated.label),
                probability=float(rated.probability or 0.5),
            )
        )
    return rows


def scores_by(keys: list[str], truth: np.ndarray, predicted: np.ndarray, threshold: float) -> Scores:
    """Return Pearson correlation and accuracy for each value of a key."""
    names = np.array(keys)
    return {
        key: {
            "pictures": int(np.sum(names == key)),
            "pearson": pearson(truth[names == key], predicted[names == key]),
            "accuracy": accuracy(truth[names == key], predicted[names == key], threshold),
        }
        for key in sorted(set(keys))
    }


def agreement(rows: list[Row], threshold: float) -> Scores:
    """Return the agreement of predictions with the panel."""
    truth, predicted = np.array([row.score for row in rows]), np.array([row.rating for row in rows])
    return {
        "pictures": len(rows),
        "pearson": pearson(truth, predicted),
        "spearman": spearman(truth, predicted),
        "mae": mae(truth, predicted),
        "rmse": rmse(truth, predicted),
        "auc": auc(truth > threshold, predicted),
        "accuracy": accuracy(truth, predicted, threshold),
    }


def evaluate_classifier(classifier: RatingClassifier, data: Path, fold: int = 1) -> tuple[Scores, list[Row]]:
    """Return (scores, predictions) on a fold of SCUT-FBP5500, on the crops of the labelled boxes.

    A network with an output for SCUT-FBP5500's panel is evaluated on that output, as in the literature.

    source_alone is the accuracy of a baseline that knows a photo's source and nothing about the face; ece is the
    expected calibration error of the label's probability.
    """
    faces = load_scut_test(data, fold)
    train = load_scut(data, "train", fold) + load_scut(data, "validation", fold)
    threshold = classifier.card.threshold
    truth = np.array([face.score for face in faces])
    predicted = predict_ratings(of_panel(classifier.rater, FIRST), faces)
    rows = rows_of(classifier, faces, predicted)
    sources, groups = [face.source for face in faces], [face.group for face in faces]
    scores = {
        **agreement(rows, threshold),
        "ece": expected_calibration_error(
            np.array([row.probability for row in rows]), np.array([row.label == row.predicted for row in rows])
        ),
        "source_alone": majority_by_key(
            sources, truth > threshold, [f.source for f in train], np.array([f.score > threshold for f in train])
        ),
        "confusion": confusion_matrix(truth, predicted, threshold),
        "by_source": scores_by(sources, truth, predicted, threshold),
        "by_group": scores_by(groups, truth, predicted, threshold),
    }
    return scores, rows


def evaluate_displayed(classifier: RatingClassifier, data: Path, fold: int = 1) -> Scores:
    """Return the agreement of the displayed rating, of all panels together, with a fold of SCUT-FBP5500's panel."""
    faces = load_scut_test(data, fold)
    rows = rows_of(classifier, faces, predict_ratings(classifier.rater, faces))
    return {
        **agreement(rows, classifier.card.threshold),
        "ece": expected_calibration_error(
            np.array([row.probability for row in rows]), np.array([row.label == row.predicted for row in rows])
        ),
    }


def evaluate_omi(classifier: RatingClassifier, data: Path, detector: Detector) -> Scores:
    """Return the agreement with OMI's panel on its test set, by rank, since its scale differs."""
    faces = load_omi(data, "test", detector)
    truth = np.array([face.score for face in faces])
    return {"pictures": len(faces), "spearman": spearman(truth, predict_ratings(classifier.rater, faces))}


def evaluate_other_panel(classifier: RatingClassifier, data: Path) -> Scores:
    """Return the agreement with MEBeauty's panel on its test set, overall and by ethnicity and gender."""
    faces = load_mebeauty(data, "test")
    predicted = predict_ratings(classifier.rater, faces)
    rows = rows_of(classifier, faces, predicted)
    truth = np.array([face.score for face in faces])
    threshold = classifier.card.threshold
    return {
        **agreement(rows, threshold),
        "by_group": scores_by([face.group for face in faces], truth, predicted, threshold),
    }
