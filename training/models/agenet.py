"""AgeNet: MobileNetV2 (Sandler et al., arXiv 1801.04381) that says how likely each age is, whose mean is the age.

Rothe, Timofte and Van Gool, "Deep expectation of real and apparent age", IJCV 2018; labels as bells around the age,
Gao et al., "Age estimation using expectation of label distribution learning", IJCAI 2018.

Several networks in one, that share the first stages, which stay as they come from ImageNet. Each is trained without
one fold of the faces: on that fold it tells how such a network judges strangers. One of them ships.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
from keras import layers

from core.ages import OLDEST
from training.models import mobilenet_v2
from training.models.torch_layers import freeze, load_npz

SIDE = 128

FOLDS = 4
"""Of the faces, and as many networks; network k never learns from fold k."""

SHIPPED = 0
"""The network that ships."""

SHARED = "block3_add"
"""The last layer that all networks share."""


def whole(backbone_weights: str | Path | None) -> keras.Model:
    """One MobileNetV2 without its head, the first stages and all normalisations frozen."""
    picture = keras.Input((SIDE, SIDE, 3))
    model = keras.Model(picture, mobilenet_v2.features(picture))
    if backbone_weights is not None:
        load_npz(model, Path(backbone_weights), mobilenet_v2.stored_names())
        freeze(model, mobilenet_v2.FROZEN)
    return model


def build(backbone_weights: str | Path | None = None) -> keras.Model:
    """The networks: (n, 128, 128, 3), "imagenet" preprocessing, to (n, FOLDS, 101), the likelihood of each year from 0.

    Args:
        backbone_weights: an .npz of torchvision's MobileNetV2, or None for random weights.

    Raises:
        TrainingError: the file is missing or does not fit.
    """
    first = whole(backbone_weights)
    trunk = keras.Model(first.input, first.get_layer(SHARED).output, name="shared")
    trunk.trainable = False
    picture = keras.Input((SIDE, SIDE, 3), name="picture")
    shared = trunk(picture)
    said: list[Any] = []
    for fold in range(FOLDS):
        backbone = whole(backbone_weights)
        middle = backbone.get_layer(SHARED).output
        rest = keras.Model(middle, backbone.output, name=f"rest{fold}")
        x = layers.GlobalAveragePooling2D(name=f"pool{fold}")(rest(shared))
        x = layers.Dropout(0.3, name=f"dropout{fold}")(x)
        shares = layers.Dense(OLDEST + 1, activation="softmax", dtype="float32", name=f"age{fold}")(x)
        said.append(layers.Reshape((1, OLDEST + 1), name=f"row{fold}")(shares))
    return keras.Model(picture, layers.Concatenate(1, dtype="float32", name="networks")(said), name="agenet")


def network(model: keras.Model, fold: int) -> keras.Model:
    """The one that never learnt from a fold; (n, 101)."""
    return keras.Model(model.input, model.get_layer(f"age{fold}").output, name="agenet")
