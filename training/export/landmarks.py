"""Exports the landmark network: the error up to which it is accepted, scores and report, besides its file."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np

from core.face import Box
from core.images.crop import Image
from core.models.litert import LiteRTModel
from core.models.manifest import ModelCard
from core.models.pose import LandmarkNet, Landmarks
from training.data.landmarks import DEFAULT_TABLE, LandmarkFace, load_landmarks
from training.evaluate.landmarks import empty_squares, evaluate_landmarks, turned_face
from training.export.litert import KerasRuntime, require
from training.export.paths import ExportPaths
from training.scores import Scores, rounded

SHARE = 0.98
"""Minimum share of the predictions for leaning faces that must be accepted ..."""

NOTHING = 0.02
"""... and maximum share of those for rotated faces, and for squares without a face, that may be accepted."""

LEANING, LYING = (-45, -20, 0, 20, 45), (100, 135, 180, 225, 260)
"""Degrees by which faces are rotated for both."""

MAX_DISTANCE = 0.03
"""Mean distance between the file's and the Keras model's points, in eye distances, above which export fails."""

SOME = 200
"""Number of faces on which both are compared."""


def looks(net: LandmarkNet, faces: list[LandmarkFace], angles: tuple[int, ...]) -> list[Landmarks]:
    """Predict each face once, cycling through the angles of rotation."""
    predictions = []
    for number, face in enumerate(faces):
        image, box, _ = turned_face(face, angles[number % len(angles)], np.random.default_rng(number))
        predictions.append(look(net, image, box))
    return predictions


def look(net: LandmarkNet, image: Image, box: Box) -> Landmarks:
    """Return the first prediction for a box, whether accepted or not."""
    close_up = net.near(image, box)
    assert close_up is not None
    return net.look(close_up.image, close_up.square, 0.0)


def max_error_threshold(net: LandmarkNet, data: Path, table: Path) -> float:
    """Choose the threshold: the geometric mean of the errors of nearly all leaning faces and of nearly all others.

    Both are measured on the validation set. If the two overlap, leaning faces take precedence.

    Raises:
        DataError: data or the table is missing.
    """
    faces = load_landmarks(data, table, "validation")
    others = looks(net, faces, LYING)
    others += [look(net, image, square) for image, square in empty_squares(data, "validation")]
    low = float(np.quantile([prediction.error for prediction in looks(net, faces, LEANING)], SHARE))
    high = float(np.quantile([prediction.error for prediction in others], NOTHING))
    return round(max(low, float(np.sqrt(low * high))), 3)


def export_landmarks(
    model: keras.Model, runtime: LiteRTModel, card: ModelCard, paths: ExportPaths
) -> tuple[ModelCard, Scores]:
    """Return the card with its threshold and scores, and the report.

    Args:
        model: as trained.
        runtime: the file converted from it.
        card: of that file.
        paths: the table is in the runs folder.

    Raises:
        TrainingError: the file differs from the Keras model. DataError: data or the table is missing.
    """
    data, table = paths.data, paths.runs / DEFAULT_TABLE.name
    faces = load_landmarks(data, table, "validation")[:SOME]
    shipped, original = (
        np.stack([prediction.points for prediction in looks(LandmarkNet(network, card), faces, LEANING)])
        for network in (runtime, KerasRuntime(model))
    )
    eyes = np.hypot(*(original[:, 0] - original[:, 2]).T)
    distance = float(np.mean(np.hypot(*(shipped - original).T).mean(axis=0) / eyes))
    require(distance <= MAX_DISTANCE, f"points within {MAX_DISTANCE} of Keras's on average", distance)
    card = card.model_copy(update={"threshold": max_error_threshold(LandmarkNet(runtime, card), data, table)})
    test = evaluate_landmarks(LandmarkNet(runtime, card), data, table)
    scores = {key: test[key] for key in ("points_off", "roll_off", "told", "nothing_told")}
    return card.model_copy(update={"scores": rounded(scores)}), {"test": test, "points_from_keras": distance}
