"""EfficientNet-Lite0 with a rating head: EfficientNet-B0 (Tan and Le, arXiv 1905.11946) without squeeze-and-excitation
and with ReLU6 instead of swish, as published in TensorFlow's repository `tpu/models/official/efficientnet/lite`.

Keras has no download of its weights: they come from a local .npz with the names of the PyTorch port.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from training.errors import TrainingError
from training.models.parts.card_texts import ADULTS, IMAGENET, RATED
from training.models.parts.depthwise import gradient_dtype
from training.models.parts.heads import rating_head
from training.models.parts.lazy_keras import keras, layers
from training.models.parts.torch_layers import fan_out, freeze, load_npz, norm
from training.models.spec import Export, Family, ModelSpec, Recipe

SIDE = 160
STAGES = (
    (1, 16, 1, 1, 3), (6, 24, 2, 2, 3), (6, 40, 2, 2, 5), (6, 80, 3, 2, 3), (6, 112, 3, 1, 5), (6, 192, 4, 2, 5),
    (6, 320, 1, 1, 3),
)  # fmt: skip
"""(expansion, channels, blocks, first stride, kernel)."""

EPSILON = 1e-3


FROZEN = ("stem_", "block0_", "block1_", "block2_")
"""Layers frozen at their ImageNet weights: edges and colours, and half of the training time.

All normalisation layers are frozen, too: otherwise the network overfits the training faces sooner.
"""


def conv_norm(x: Any, filters: int, kernel: int, stride: int, name: str, linear: bool = False) -> Any:
    """Apply a convolution with TensorFlow's padding, normalisation and, unless linear, ReLU6."""
    x = layers.Conv2D(
        filters, kernel, stride, "same", use_bias=False, kernel_initializer=fan_out(), name=f"{name}_conv"
    )(x)
    x = norm(x, f"{name}_norm", epsilon=EPSILON)
    return x if linear else layers.ReLU(6.0, name=f"{name}_relu")(x)


def bottleneck(x: Any, expansion: int, filters: int, stride: int, kernel: int, name: str) -> Any:
    """Apply an inverted bottleneck: expand, depthwise convolution, project; a shortcut if the shape is unchanged."""
    channels = x.shape[-1]
    y = x if expansion == 1 else conv_norm(x, expansion * channels, 1, 1, f"{name}_expand")
    y = layers.DepthwiseConv2D(
        kernel, stride, "same", use_bias=False, dtype=gradient_dtype(stride), name=f"{name}_depth_conv"
    )(y)
    y = layers.ReLU(6.0, name=f"{name}_depth_relu")(norm(y, f"{name}_depth_norm", epsilon=EPSILON))
    y = conv_norm(y, filters, 1, 1, f"{name}_project", linear=True)
    return layers.Add(name=f"{name}_add")([x, y]) if stride == 1 and channels == filters else y


def stored_names() -> dict[str, str]:
    """Map each layer's name to its name in the PyTorch port's weights."""
    names = {"stem_conv": "_conv_stem", "stem_norm": "_bn0", "top_conv": "_conv_head", "top_norm": "_bn1"}
    block = 0
    for expansion, _, blocks, _, _ in STAGES:
        for _ in range(blocks):
            parts = [("depth", "depthwise", 1), ("project", "project", 2)]
            if expansion != 1:
                parts.append(("expand", "expand", 0))
            for part, stored, number in parts:
                names[f"block{block}_{part}_conv"] = f"_blocks.{block}._{stored}_conv"
                names[f"block{block}_{part}_norm"] = f"_blocks.{block}._bn{number}"
            block += 1
    return names


def features(inputs: Any) -> Any:
    """Compute feature maps: (n, side, side, 3) to (n, side/32, side/32, 1280)."""
    x = conv_norm(inputs, 32, 3, 2, "stem")
    block = 0
    for expansion, filters, blocks, first_stride, kernel in STAGES:
        for number in range(blocks):
            x = bottleneck(x, expansion, filters, first_stride if number == 0 else 1, kernel, f"block{block}")
            block += 1
    return conv_norm(x, 1280, 1, 1, "top")


def build(backbone_weights: str | Path | None = None) -> keras.Model:
    """Build the network: (n, 160, 160, 3), "imagenet" preprocessing, to (n, 1) in (0, 1).

    Args:
        backbone_weights: a local .npz, or None for random weights.

    Raises:
        TrainingError: the file is missing or does not match, or a download was requested.
    """
    if backbone_weights == "imagenet":
        raise TrainingError(
            "expected a file of EfficientNet-Lite0's ImageNet weights: Keras has no download of them. Give an .npz "
            "with --backbone-weights PATH, or none with --backbone-weights none."
        )
    inputs = keras.Input((SIDE, SIDE, 3), name="picture")
    model = keras.Model(inputs, rating_head(features(inputs), 0.2), name="efficientnet_lite0")
    if backbone_weights is not None:
        load_npz(model, Path(backbone_weights), stored_names())
        freeze(model, FROZEN)
    return model


SPEC = ModelSpec(
    name="efficientnet_lite0",
    family=Family.RATING,
    build=build,
    preprocessing="imagenet",
    mirrored=True,
    recipe=Recipe(epochs=12, patience=12, learning_rate=3e-4, weight_decay=1e-2, precision="float32"),
    exports=(Export("efficientnet_lite0", "EfficientNet-Lite0"),),
    data=RATED + ADULTS + IMAGENET,
    options="--backbone-weights EFFICIENTNET_LITE0.npz",
    order=9,
    member=True,
    teacher=True,
)
