"""AgeNet: MobileNetV2 (Sandler et al., arXiv 1801.04381) that says how likely each age is, whose mean is the age.

Rothe, Timofte and Van Gool, "Deep expectation of real and apparent age", IJCV 2018; labels as bells around the age,
Gao et al., "Age estimation using expectation of label distribution learning", IJCAI 2018.
"""

from __future__ import annotations

from pathlib import Path

import keras
from keras import layers

from core.ages import OLDEST
from training.models import mobilenet_v2
from training.models.torch_layers import freeze, load_npz

SIDE = 128


def build(backbone_weights: str | Path | None = None) -> keras.Model:
    """The network: (n, 128, 128, 3), "imagenet" preprocessing, to (n, 101), the likelihood of each year from 0.

    The first stages and all of the backbone's normalisations stay as they come from ImageNet, unless they start at
    random.

    Args:
        backbone_weights: an .npz of torchvision's MobileNetV2, or None for random weights.

    Raises:
        TrainingError: the file is missing or does not fit.
    """
    picture = keras.Input((SIDE, SIDE, 3), name="picture")
    x = layers.GlobalAveragePooling2D(name="pool")(mobilenet_v2.features(picture))
    x = layers.Dropout(0.3, name="dropout")(x)
    shares = layers.Dense(OLDEST + 1, activation="softmax", dtype="float32", name="age")(x)
    model = keras.Model(picture, shares, name="agenet")
    if backbone_weights is not None:
        load_npz(model, Path(backbone_weights), mobilenet_v2.stored_names())
        freeze(model, mobilenet_v2.FROZEN)
    return model
