"""Measure a model on its test split, which nothing was chosen upon, and write its report.

    python -m training evaluate facetracker --data DATA
    python -m training evaluate sexyness_cnn --data DATA

Measures the exported file through core's own detector or classifier, as the app runs it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from core.classify import RatingClassifier, load_classifier
from core.detect import FaceTracker, load_detector
from core.face import Box, Face
from core.settings import Settings
from core.weights import load_manifest
from training.data.faces import Picture, load_faces, load_negatives, load_rgb
from training.data.rated import RatedFace, load_scut
from training.metrics import accuracy, confusion, mae, majority_by_key, pearson, rmse

Scores = dict[str, Any]
"""A report: numbers, and tables of them by name; JSON."""


def rounded(value: Any) -> Any:
    """A report with every float rounded to four digits."""
    if isinstance(value, dict):
        return {key: rounded(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [rounded(inner) for inner in value]
    return round(float(value), 4) if isinstance(value, (float, np.floating)) else value


def tracked(tracker: FaceTracker, pictures: list[Picture]) -> list[Face | None]:
    """The face found in each picture, None where none was."""
    return [next(iter(tracker.detect(load_rgb(picture.path))), None) for picture in pictures]


def ious(found: list[Face | None], truth: list[Box]) -> np.ndarray:
    """IoU of each found face with the true one, 0 where none was found; shape (n,)."""
    return np.array([face.box.iou(box) if face else 0.0 for face, box in zip(found, truth, strict=True)])


def box_scores(values: np.ndarray) -> Scores:
    """Mean IoU and the share of pictures at IoU 0.5 or more."""
    return {"pictures": len(values), "mean_iou": float(np.mean(values)), "iou_50": float(np.mean(values >= 0.5))}


def evaluate_tracker(tracker: FaceTracker, data: Path) -> Scores:
    """Single-face pictures, whole, and pictures without a face.

    A picture in which no face is found counts with IoU 0. `own_drawing` compares with the boxes as each set draws
    them, whose convention differs from ours (`training.data.conventions`).
    """
    pictures = [picture for picture in load_faces(data, "test") if picture.single]
    found = tracked(tracker, pictures)
    values = ious(found, [picture.boxes[0] for picture in pictures])
    drawn = ious(found, [picture.drawn[0] for picture in pictures])
    sources = np.array([picture.source for picture in pictures])
    negatives = load_negatives(data, "test")
    silent = sum(not tracker.detect(load_rgb(path)) for path in negatives)
    hits = sum(face is not None for face in found)
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


def ratings(classifier: RatingClassifier, faces: list[RatedFace]) -> np.ndarray:
    """The predicted rating of each face in its labelled box, shape (n,)."""
    return np.array([classifier.rating(load_rgb(face.path), Face(face.box, 1.0)) for face in faces])


def scores_by(keys: list[str], truth: np.ndarray, predicted: np.ndarray, threshold: float) -> Scores:
    """Pearson and accuracy within each value of a key."""
    names = np.array(keys)
    return {
        key: {
            "pictures": int(np.sum(names == key)),
            "pearson": pearson(truth[names == key], predicted[names == key]),
            "accuracy": accuracy(truth[names == key], predicted[names == key], threshold),
        }
        for key in sorted(set(keys))
    }


def evaluate_classifier(classifier: RatingClassifier, data: Path) -> tuple[Scores, list[Scores]]:
    """(scores, predictions) on SCUT-FBP5500's fold 1, on the crops of the labelled boxes.

    source_alone is what a rule reaches that knows a photo's source and nothing of the face.
    """
    faces = load_scut(data, "test")
    train = load_scut(data, "train") + load_scut(data, "validation")
    threshold = classifier.card.threshold
    truth = np.array([face.score for face in faces])
    predicted = ratings(classifier, faces)
    scores = {
        "pictures": len(faces),
        "pearson": pearson(truth, predicted),
        "mae": mae(truth, predicted),
        "rmse": rmse(truth, predicted),
        "accuracy": accuracy(truth, predicted, threshold),
        "source_alone": majority_by_key(
            [face.source for face in faces],
            truth > threshold,
            [face.source for face in train],
            np.array([face.score > threshold for face in train]),
        ),
        "confusion": confusion(truth, predicted, threshold),
        "by_source": scores_by([face.source for face in faces], truth, predicted, threshold),
        "by_group": scores_by([face.group for face in faces], truth, predicted, threshold),
    }
    predictions = [
        {"file": face.path.name, "group": face.group, "source": face.source, "score": face.score, "rating": value}
        for face, value in zip(faces, predicted.tolist(), strict=True)
    ]
    return scores, predictions


def evaluate(name: str, data: Path, weights: Path) -> Scores:
    """The scores of a shipped model, through the file that the manifest names.

    Raises:
        FairestError: no such model, or its file is damaged. DataError: data is missing.
    """
    settings = Settings(weights_dir=weights)
    detector = name in load_manifest(weights).names("detector")
    model = load_detector(name, settings) if detector else load_classifier(name, settings)
    if isinstance(model, FaceTracker):
        return dict(rounded(evaluate_tracker(model, data)))
    assert isinstance(model, RatingClassifier)
    return dict(rounded(evaluate_classifier(model, data)[0]))
