"""MobileNetV2, Sandler et al., arXiv 1801.04381, with a rating head.

There are two builders of the same network: Fairest's reproduces torchvision's (for an .npz of its weights), Keras's is
used when Keras downloads its own weights. They differ in padding, normalisation and the scale of the input.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.models.preprocess import IMAGENET_MEAN, IMAGENET_STD
from training.errors import TrainingError
from training.models.parts.card_texts import ADULTS, IMAGENET, RATED
from training.models.parts.depthwise import gradient_dtype
from training.models.parts.heads import rating_head
from training.models.parts.lazy_keras import keras, layers
from training.models.parts.torch_layers import conv, freeze, load_npz, norm
from training.models.spec import Export, Family, ModelSpec, Recipe

SIDE = 160
STAGES = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
"""(expansion, channels, blocks, first stride): table 2 of the paper."""


FROZEN = ("stem_", "block1_", "block2_", "block3_")
"""Layers frozen at their ImageNet weights: edges and colours, and half of the training time.

All normalisation layers are frozen, too: the network is as good on unseen faces, in half of the remaining time.
"""

FROZEN_IN_KERAS = ("Conv1", "bn_Conv1", "expanded_conv", "block_1_", "block_2_")


def conv_norm(x: Any, filters: int, kernel: int, stride: int, name: str, linear: bool = False) -> Any:
    """Apply a convolution, normalisation and, unless linear, ReLU6."""
    x = norm(conv(x, filters, kernel, f"{name}_conv", stride), f"{name}_norm")
    return x if linear else layers.ReLU(6.0, name=f"{name}_relu")(x)


def bottleneck(x: Any, expansion: int, filters: int, stride: int, name: str) -> Any:
    """Apply an inverted bottleneck: expand, depthwise convolution, project; a shortcut if the shape is unchanged."""
    channels = x.shape[-1]
    y = x if expansion == 1 else conv_norm(x, expansion * channels, 1, 1, f"{name}_expand")
    y = layers.ZeroPadding2D(1, name=f"{name}_depth_pad")(y)
    y = layers.DepthwiseConv2D(3, stride, use_bias=False, dtype=gradient_dtype(stride), name=f"{name}_depth_conv")(y)
    y = layers.ReLU(6.0, name=f"{name}_depth_relu")(norm(y, f"{name}_depth_norm"))
    y = conv_norm(y, filters, 1, 1, f"{name}_project", linear=True)
    return layers.Add(name=f"{name}_add")([x, y]) if stride == 1 and channels == filters else y


def stored_names() -> dict[str, str]:
    """Map each layer's name to its name in torchvision's weights."""
    names = {"stem_conv": "features.0.0", "stem_norm": "features.0.1", "top_conv": "features.18.0"}
    names["top_norm"] = "features.18.1"
    block = 0
    for expansion, _, blocks, _ in STAGES:
        for _ in range(blocks):
            block += 1
            parts = ["depth"] if expansion == 1 else ["expand", "depth"]
            for index, part in enumerate(parts):
                names[f"block{block}_{part}_conv"] = f"features.{block}.conv.{index}.0"
                names[f"block{block}_{part}_norm"] = f"features.{block}.conv.{index}.1"
            names[f"block{block}_project_conv"] = f"features.{block}.conv.{len(parts)}"
            names[f"block{block}_project_norm"] = f"features.{block}.conv.{len(parts) + 1}"
    return names


def features(inputs: Any) -> Any:
    """Compute feature maps: (n, side, side, 3) to (n, side/32, side/32, 1280)."""
    x = conv_norm(inputs, 32, 3, 2, "stem")
    block = 0
    for expansion, filters, blocks, first_stride in STAGES:
        for number in range(blocks):
            block += 1
            x = bottleneck(x, expansion, filters, first_stride if number == 0 else 1, f"block{block}")
    return conv_norm(x, 1280, 1, 1, "top")


def build(backbone_weights: str | Path | None = "imagenet") -> keras.Model:
    """Build the network: (n, 160, 160, 3), "imagenet" preprocessing, to (n, 1) in (0, 1).

    Args:
        backbone_weights: "imagenet" (Keras downloads its own), an .npz of torchvision's, or None for random ones.

    Raises:
        TrainingError: the file is missing or does not match, or the download failed.
    """
    inputs = keras.Input((SIDE, SIDE, 3), name="picture")
    if backbone_weights == "imagenet":
        try:
            backbone = keras.applications.MobileNetV2(include_top=False, input_shape=(SIDE, SIDE, 3))
        except Exception as error:  # whatever the network or the file system said
            raise TrainingError(
                f"expected to download MobileNetV2's ImageNet weights; received: {error}. "
                "Give a local file with --backbone-weights PATH, or none with --backbone-weights none."
            ) from error
        freeze(backbone, FROZEN_IN_KERAS)
        rescaling = layers.Rescaling(
            [2 * std for std in IMAGENET_STD], [2 * mean - 1 for mean in IMAGENET_MEAN], name="to_keras_range"
        )
        return keras.Model(inputs, rating_head(backbone(rescaling(inputs)), 0.2), name="mobilenet_v2")
    model = keras.Model(inputs, rating_head(features(inputs), 0.2), name="mobilenet_v2")
    if backbone_weights is not None:
        load_npz(model, Path(backbone_weights), stored_names())
        freeze(model, FROZEN)
    return model


SPEC = ModelSpec(
    name="mobilenet_v2",
    family=Family.RATING,
    build=build,
    preprocessing="imagenet",
    recipe=Recipe(epochs=10, patience=10, learning_rate=5e-4, weight_decay=1e-2, precision="float32"),
    exports=(Export("mobilenet_v2", "MobileNetV2"),),
    data=RATED + ADULTS + IMAGENET,
    options="--backbone-weights MOBILENET_V2.npz",
    order=8,
    member=True,
    teacher=True,
)
