"""The landmark network: five points of a leaning face, and their expected error.

Features with strides 4, 8 and 16 are combined (Lin et al., "Feature pyramid networks", CVPR 2017) into a heatmap for
each point, whose mean position is the point (Nibali et al., "Numerical coordinate regression with convolutional neural
networks", arXiv 1801.07372). The error is learnt as the scale of a Laplace distribution (Kendall and Gal, "What
uncertainties do we need in Bayesian deep learning for computer vision?", NIPS 2017).
"""

from __future__ import annotations

from typing import Any

from training.data.landmarks import POINTS
from training.models.parts.lazy_keras import keras, layers
from training.models.parts.torch_layers import norm
from training.models.spec import Export, Family, ModelSpec, Recipe

SIDE = 64

STAGES = (32, 64, 96)
"""Filters of each stage; each halves the side."""

STEM, JOINED, HIDDEN = 16, 32, 48


def convolution(x: Any, filters: int, stride: int, name: str, size: int = 3) -> Any:
    """Apply a convolution, batch normalisation and ReLU."""
    x = layers.Conv2D(filters, size, stride, padding="same", use_bias=False, name=f"{name}_conv")(x)
    return layers.ReLU(name=f"{name}_relu")(norm(x, f"{name}_norm"))


def build() -> keras.Model:
    """Build the network: (n, 64, 64, 3), RGB in [0, 1], to (n, 11).

    First x and y of each point, relative to the square's centre, in sides of the square; last the logarithm of the
    points' expected distance from the true ones, in distances of the outer corners of the eyes.
    """
    from training.models.parts.own_layers import MeanPosition

    picture = keras.Input((SIDE, SIDE, 3), name="picture")
    x = layers.Rescaling(2.0, -1.0, name="centre")(picture)
    x = convolution(x, STEM, 2, "stem")
    stages = []
    for number, filters in enumerate(STAGES, 1):
        x = convolution(convolution(x, filters, 2, f"stage{number}"), filters, 1, f"stage{number}_again")
        stages.append(x)
    y = convolution(x, JOINED, 1, "lateral3", 1)
    for number in (2, 1):
        finer = convolution(stages[number - 1], JOINED, 1, f"lateral{number}", 1)
        y = layers.Add(name=f"join{number}")([finer, layers.UpSampling2D(2, name=f"up{number}")(y)])
    maps = layers.Conv2D(POINTS, 1, name="maps")(convolution(y, JOINED, 1, "joined"))
    points = MeanPosition(dtype="float32", name="points")(maps)
    x = layers.Dense(HIDDEN, activation="relu", name="hidden")(layers.GlobalAveragePooling2D(name="pool")(x))
    error = layers.Dense(1, dtype="float32", name="error")(x)
    return keras.Model(picture, layers.Concatenate(name="landmarks")([points, error]), name="landmarks")


SPEC = ModelSpec(
    name="landmarks",
    family=Family.LANDMARKS,
    build=lambda _: build(),
    preprocessing="unit",
    recipe=Recipe(epochs=16, patience=16, batch_size=64, learning_rate=2e-3, precision="float32", samples=8192),
    exports=(Export("landmarks", "Landmarks (five points)"),),
    data="Upright faces of SCUT-FBP5500, MEBeauty, UTKFace, FDDB and Helen, rotated by any angle, and pictures without "
    "a face. The labels are the mean predictions of dlib's five-point model (CC0) for several crops and the mirror "
    "image. The faces are split by file name into 85 % for training, 5 % for validation and 10 % for testing, not by "
    "the data sets' own splits: some pictures of FDDB's and Helen's own test splits were used for training. The labels "
    "that the shipped file was trained on were made in several interrupted runs of the command.",
    prepare=("landmarks",),
    order=5,
)
