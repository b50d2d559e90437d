"""Predicts the ratings of many labelled faces, with a shipped model or a newly trained Keras model."""

from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np

from core.face import Face
from core.images.crop import crop, face_window
from core.models.classifier import Rater, rating_of
from core.models.manifest import Head
from core.models.preprocess import PREPROCESSING
from training.data.pictures import load_rgb
from training.data.rated import RatedFace
from training.models.registry import spec_of

BATCH = 64


def predict_ratings(rater: Rater, faces: list[RatedFace]) -> np.ndarray:
    """Return the predicted rating of each face in its labelled box, shape (n,)."""
    return np.array([rater(load_rgb(face.path), Face(face.box, 1.0)) for face in faces])


def keras_outputs(model: keras.Model, faces: list[RatedFace]) -> np.ndarray:
    """Return a Keras network's outputs for each face in its labelled box, with core's preprocessing, (n, outputs)."""
    spec = spec_of(model.name)
    preprocess = PREPROCESSING[spec.preprocessing]
    side = model.input_shape[1]
    batches = []
    for first in range(0, len(faces), BATCH):
        crops = np.stack(
            [crop(load_rgb(face.path), face_window(face.box), side) for face in faces[first : first + BATCH]]
        )
        looks = [crops, crops[:, :, ::-1]] if spec.mirrored else [crops]
        outputs = np.asarray(model.predict_on_batch(preprocess(np.concatenate(looks))), np.float32)
        batches.append(outputs.reshape(len(looks), len(crops), -1).mean(axis=0))
    return np.concatenate(batches)


def keras_ratings(
    model: keras.Model, faces: list[RatedFace], heads: Sequence[Head] = (), panel: str | None = None
) -> np.ndarray:
    """Return what `predict_ratings` returns for the same network run by core, (n,).

    Args:
        model: the network.
        faces: in their labelled boxes.
        heads: descriptions of its outputs, empty if it has one. panel: see core.models.classifier.rating_of.
    """
    return np.array([rating_of(row, heads, panel) for row in keras_outputs(model, faces)])
