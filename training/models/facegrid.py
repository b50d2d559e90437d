"""FaceGrid: MobileNetV2 (Sandler et al., arXiv 1801.04381), a feature pyramid (Lin et al., arXiv 1612.03144) and, on
each of its three grids, a light head that predicts whether a cell contains a face's centre and the distances to the
sides of its box (FCOS, Tian et al., arXiv 1904.01355).
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from core.models.facegrid import STRIDES
from core.models.preprocess import IMAGENET_MEAN, IMAGENET_STD
from training.models import mobilenet_v2
from training.models.parts.card_texts import FACES
from training.models.parts.lazy_keras import keras, layers
from training.models.parts.torch_layers import freeze, load_npz, norm
from training.models.spec import Export, Family, ModelSpec, Recipe

WIDTH, HEIGHT = 384, 288
"""Size of the training samples in pixels; the network itself accepts any sides divisible by 32."""

TAPS = ("block6_add", "block13_add", "block17_project_norm")
"""Layers of MobileNetV2 whose feature maps are used, at strides 8, 16 and 32."""

CHANNELS = 64
PRIOR = 0.01
"""Initial face probability of every cell, so that the many empty cells do not dominate the loss."""

REACH = 2.0
"""Initial distance to the sides of the box, in strides."""


def tower(x: Any, name: str) -> tuple[Any, Any]:
    """Apply a grid's head: maps (n, h, w, c) to logits (n, h w, 1) and log distances in strides (n, h w, 4)."""
    for number in (1, 2):
        x = layers.DepthwiseConv2D(3, padding="same", use_bias=False, name=f"{name}_depth{number}")(x)
        x = layers.Conv2D(CHANNELS, 1, use_bias=False, name=f"{name}_point{number}")(
            norm(x, f"{name}_depth_norm{number}")
        )
        x = layers.ReLU(6.0, name=f"{name}_relu{number}")(norm(x, f"{name}_norm{number}"))
    small = keras.initializers.RandomNormal(stddev=0.01)
    prior = keras.initializers.Constant(float(np.log(PRIOR / (1 - PRIOR))))
    face = layers.Conv2D(1, 1, kernel_initializer=small, bias_initializer=prior, name=f"{name}_face")(x)
    reach = keras.initializers.Constant(float(np.log(REACH)))
    box = layers.Conv2D(4, 1, kernel_initializer=small.clone(), bias_initializer=reach, name=f"{name}_box")(x)
    return (
        layers.Reshape((-1, 1), name=f"{name}_faces")(face),
        layers.Reshape((-1, 4), name=f"{name}_boxes")(box),
    )


def build(backbone_weights: str | Path | None = None, width: int = WIDTH, height: int = HEIGHT) -> keras.Model:
    """Build the network: (n, height, width, 3), RGB in [0, 255], to {"face": (n, cells, 1), "box": (n, cells, 4)}.

    Cells are in the order of core.models.facegrid.cell_centres. The first stages and all of the backbone's
    normalisation layers are frozen at their ImageNet weights, unless these are random.

    Args:
        backbone_weights: an .npz of torchvision's MobileNetV2, or None for random weights.
        width, height: of the input, pixels, divisible by 32.

    Raises:
        TrainingError: the file is missing or does not match. ValueError: a side is invalid.
    """
    if width % STRIDES[-1] or height % STRIDES[-1] or min(width, height) < STRIDES[-1]:
        raise ValueError(f"expected sides divisible by {STRIDES[-1]}; received {width} x {height}")
    picture = keras.Input((height, width, 3), name="picture")
    scale = [1 / (255 * std) for std in IMAGENET_STD]
    shift = [-mean / std for mean, std in zip(IMAGENET_MEAN, IMAGENET_STD, strict=True)]
    x = layers.Rescaling(scale, shift, name="normalise")(picture)
    mobilenet = keras.Model(picture, mobilenet_v2.features(x))
    backbone = keras.Model(picture, [mobilenet.get_layer(name).output for name in TAPS])
    if backbone_weights is not None:
        layer_names = {layer.name for layer in backbone.layers}
        names = {
            layer_name: stored_name
            for layer_name, stored_name in mobilenet_v2.stored_names().items()
            if layer_name in layer_names
        }
        load_npz(backbone, Path(backbone_weights), names)
        freeze(backbone, mobilenet_v2.FROZEN)
    finer = None
    faces: list[Any] = []
    boxes: list[Any] = []
    for stride, maps in zip(reversed(STRIDES), reversed(backbone.outputs), strict=True):
        y = layers.Conv2D(CHANNELS, 1, use_bias=False, name=f"lateral{stride}")(maps)
        y = norm(y, f"lateral_norm{stride}")
        if finer is not None:
            y = layers.Add(name=f"join{stride}")([y, layers.UpSampling2D(2, name=f"up{stride}")(finer)])
        finer = layers.ReLU(6.0, name=f"lateral_relu{stride}")(y)
        face, box = tower(finer, f"grid{stride}")
        faces.insert(0, face)
        boxes.insert(0, box)
    outputs = {
        "face": layers.Concatenate(1, dtype="float32", name="face")(faces),
        "box": layers.Concatenate(1, dtype="float32", name="box")(boxes),
    }
    return keras.Model(picture, outputs, name="facegrid")


def at_size(model: keras.Model, width: int, height: int) -> keras.Model:
    """Rebuild the network with the same weights for another input size, pixels."""
    resized = build(None, width, height)
    resized.set_weights(model.get_weights())
    return resized


SPEC = ModelSpec(
    name="facegrid",
    family=Family.GRID,
    build=build,
    preprocessing="pixels",
    recipe=Recipe(
        epochs=40, patience=40, batch_size=16, learning_rate=1e-3, weight_decay=1e-3, precision="float32", samples=4096
    ),
    exports=(
        Export(
            "facegrid",
            "FaceGrid (fast, every face)",
            adapt=partial(at_size, width=512, height=384),
            use="Detects every face in a picture, to be rated: the fast version, for video. It does not identify "
            "anyone.",
            limits="Works on a downscaled picture: faces of which few pixels remain are often missed.",
        ),
        Export(
            "facegrid_fine",
            "FaceGrid (fine, small faces too)",
            adapt=partial(at_size, width=1024, height=768),
            use="Detects every face in a picture, including small ones, to be rated. It does not identify anyone.",
            limits="Takes four times as long as the fast version. Faces of only a few pixels are still often missed.",
        ),
    ),
    data=FACES,
    options="--backbone-weights MOBILENET_V2.npz",
    order=1,
)
