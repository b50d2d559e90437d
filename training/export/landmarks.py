"""What ships of the landmark network beside its file: the error with which it is believed, scores and report."""

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
"""Of the looks at leaning faces that must be believed ..."""

NOTHING = 0.02
"""... and of those at faces that lie or hang, and at squares without a face, that may be."""

LEANING, LYING = (-45, -20, 0, 20, 45), (100, 135, 180, 225, 260)
"""Degrees by which faces are turned in both."""

MAX_APART = 0.03
"""Mean distance of the file's points from the Keras model's, in distances of the eyes, above which export refuses."""

SOME = 200
"""Faces on which both are compared."""


def looks(net: LandmarkNet, faces: list[LandmarkFace], angles: tuple[int, ...]) -> list[Landmarks]:
    """One look at each face, turned by one of the angles after another."""
    seen = []
    for number, face in enumerate(faces):
        image, box, _ = turned_face(face, angles[number % len(angles)], np.random.default_rng(number))
        seen.append(look(net, image, box))
    return seen


def look(net: LandmarkNet, image: Image, box: Box) -> Landmarks:
    """The first look at a box, believed or not."""
    near = net.near(image, box)
    assert near is not None
    return net.look(near.image, near.square, 0.0)


def max_error_threshold(net: LandmarkNet, data: Path, table: Path) -> float:
    """The threshold: half way, in logarithms, between the error of nearly all leaning faces and of nearly all else.

    Both are of the validation part. Where the two overlap, leaning faces count more.

    Raises:
        DataError: data or the table is missing.
    """
    faces = load_landmarks(data, table, "validation")
    others = looks(net, faces, LYING)
    others += [look(net, image, square) for image, square in empty_squares(data, "validation")]
    low = float(np.quantile([seen.error for seen in looks(net, faces, LEANING)], SHARE))
    high = float(np.quantile([seen.error for seen in others], NOTHING))
    return round(max(low, float(np.sqrt(low * high))), 3)


def export_landmarks(
    model: keras.Model, runtime: LiteRTModel, card: ModelCard, paths: ExportPaths
) -> tuple[ModelCard, Scores]:
    """The card with its threshold and scores, and the report.

    Args:
        model: as trained.
        runtime: the file made from it.
        card: of that file.
        paths: the table lies in the folder of the runs.

    Raises:
        TrainingError: the file differs from the Keras model. DataError: data or the table is missing.
    """
    data, table = paths.data, paths.runs / DEFAULT_TABLE.name
    some = load_landmarks(data, table, "validation")[:SOME]
    shipped, kept = (
        np.stack([seen.points for seen in looks(LandmarkNet(network, card), some, LEANING)])
        for network in (runtime, KerasRuntime(model))
    )
    eyes = np.hypot(*(kept[:, 0] - kept[:, 2]).T)
    distance = float(np.mean(np.hypot(*(shipped - kept).T).mean(axis=0) / eyes))
    require(distance <= MAX_APART, f"points within {MAX_APART} of Keras's on average", distance)
    card = card.model_copy(update={"threshold": max_error_threshold(LandmarkNet(runtime, card), data, table)})
    test = evaluate_landmarks(LandmarkNet(runtime, card), data, table)
    scores = {key: test[key] for key in ("points_off", "roll_off", "told", "nothing_told")}
    return card.model_copy(update={"scores": rounded(scores)}), {"test": test, "points_from_keras": distance}
