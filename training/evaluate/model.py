"""Evaluates a model on its test set, which was not used for any choice.

    python -m training evaluate facetracker --data DATA
    python -m training evaluate sexyness_cnn --data DATA

Evaluates the exported file with core's own detector or classifier, as the app runs it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from core.models.classifier import load_classifier
from core.models.detector import FaceTracker, load_detector
from core.models.manifest import load_manifest
from core.models.pose import load_landmarks
from core.settings import RatingSettings
from core.settings_reader import load_settings
from training.data.landmarks import DEFAULT_TABLE
from training.errors import TrainingError
from training.evaluate.classifier import evaluate_classifier
from training.evaluate.detector import evaluate_tracker
from training.evaluate.faces import evaluate_faces, without_threshold
from training.evaluate.landmarks import evaluate_landmarks
from training.models.ensemble import ENSEMBLE
from training.models.registry import export_of
from training.models.spec import Family
from training.scores import Scores, rounded


def tracker_scores(name: str, settings: RatingSettings, data: Path) -> Scores:
    """Evaluate a face tracker; see `evaluate_tracker`."""
    detector = load_detector(name, settings)
    assert isinstance(detector, FaceTracker)
    return evaluate_tracker(detector, data)


def grid_scores(name: str, settings: RatingSettings, data: Path) -> Scores:
    """Evaluate a multi-face detector; see `evaluate_faces`."""
    threshold = load_manifest(settings.weights_dir).network(name, "detector").threshold
    return evaluate_faces(without_threshold(load_detector(name, settings)), threshold, data)


def landmark_scores(_name: str, settings: RatingSettings, data: Path) -> Scores:
    """Evaluate the landmark network; see `evaluate_landmarks`."""
    return evaluate_landmarks(load_landmarks(settings), data, DEFAULT_TABLE)


def rating_scores(name: str, settings: RatingSettings, data: Path) -> Scores:
    """Evaluate a classifier; see `evaluate_classifier`."""
    return evaluate_classifier(load_classifier(name, settings), data)[0]


def age_scores(name: str, _settings: RatingSettings, _data: Path) -> Scores:
    """Refuse: a guard of several networks is evaluated as a whole.

    Raises:
        TrainingError: always.
    """
    raise TrainingError(f"expected guard, which is measured as the app asks it; received {name}, a network of it.")


MEASURES: dict[Family, Callable[[str, RatingSettings, Path], Scores]] = {
    Family.TRACKER: tracker_scores,
    Family.GRID: grid_scores,
    Family.AGES: age_scores,
    Family.LANDMARKS: landmark_scores,
    Family.RATING: rating_scores,
    Family.PANELS: rating_scores,
}
"""The function that evaluates a shipped model of each family, by its name, on a data folder."""


def evaluate(name: str, data: Path, weights: Path) -> Scores:
    """Score a shipped model, using the file in the manifest.

    Raises:
        FairestError: no such model, or its file is damaged. DataError: data is missing. TrainingError: it is a network
        of
            the guard, which is evaluated as a whole.
    """
    measure = rating_scores if name == ENSEMBLE else MEASURES[export_of(name)[0].family]
    return dict(rounded(measure(name, load_settings(weights_dir=weights).rating, data)))
