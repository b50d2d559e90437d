"""Measure a model on its test split, which nothing was chosen upon.

    python -m training evaluate facetracker --data DATA
    python -m training evaluate sexyness_cnn --data DATA

Measures the exported file through core's own detector or classifier, as the app runs it.
"""

from __future__ import annotations

from pathlib import Path

from core.models.classify import load_classifier
from core.models.detect import FaceTracker, load_detector
from core.models.pose import LANDMARKS, load_landmarks
from core.models.weights import load_manifest
from core.settings import Settings
from training.data.landmarks import DEFAULT_TABLE
from training.evaluate.classifier import evaluate_classifier
from training.evaluate.detector import evaluate_tracker
from training.evaluate.faces import evaluate_faces, lowest
from training.evaluate.landmarks import evaluate_landmarks
from training.scores import Scores, rounded


def evaluate(name: str, data: Path, weights: Path) -> Scores:
    """The scores of a shipped model, through the file that the manifest names.

    Raises:
        FairestError: no such model, or its file is damaged. DataError: data is missing.
    """
    settings = Settings(weights_dir=weights)
    manifest = load_manifest(weights)
    if name in manifest.names("detector"):
        detector = load_detector(name, settings)
        if isinstance(detector, FaceTracker):
            return dict(rounded(evaluate_tracker(detector, data)))
        threshold = manifest.network(name, "detector").threshold
        return dict(rounded(evaluate_faces(lowest(detector), threshold, data)))
    if name == LANDMARKS:
        return dict(rounded(evaluate_landmarks(load_landmarks(settings), data, DEFAULT_TABLE)))
    return dict(rounded(evaluate_classifier(load_classifier(name, settings), data)[0]))
