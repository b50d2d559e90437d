"""Fits the line from MEBeauty's scores to SCUT-FBP5500's, which training.data.rated.PANELS contains.

    python -m training train efficientnet_lite0 --panels scut_fbp5500
    python -m training panels

The two panels rated different pictures, so a network trained on SCUT-FBP5500 alone predicts ratings for MEBeauty's
faces, which gives their mean and standard deviation on SCUT-FBP5500's scale. The line gives MEBeauty's scores that
mean and standard deviation, the latter divided by the share that the network's predictions retain on SCUT-FBP5500's
validation set (predictions vary less than the truth).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from training.data.rated import Scale, load_mebeauty, load_scut
from training.evaluate.rate import keras_ratings
from training.train import run_name, trained_model

JUDGE = "efficientnet_lite0"


def fit_line(scores: np.ndarray, ratings: np.ndarray, kept: float) -> Scale:
    """Fit the line from scores to the scale of ratings.

    Args:
        scores: of the other panel, shape (n,).
        ratings: of the same faces on SCUT-FBP5500's scale, shape (n,).
        kept: standard deviation of predictions relative to that of true scores, in (0, 1].
    """
    slope = float(np.std(ratings) / kept / np.std(scores))
    return Scale(slope, float(np.mean(ratings) - slope * np.mean(scores)))


def fit(data: Path, runs: Path) -> Scale:
    """Fit the line on the training set.

    Raises:
        TrainingError: the network was not yet trained on SCUT-FBP5500 alone. DataError: data is missing.
    """
    model = trained_model(JUDGE, runs / run_name(JUDGE, panels=("scut_fbp5500",)))
    validation_faces = load_scut(data, "validation")
    kept = np.std(keras_ratings(model, validation_faces)) / np.std([face.score for face in validation_faces])
    faces = load_mebeauty(data, "train", Scale(1.0, 0.0))
    return fit_line(np.array([face.score for face in faces]), keras_ratings(model, faces), float(kept))
