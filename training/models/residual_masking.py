"""The Residual Masking Network, Pham, Vu and Tran, ICPR 2020: ResNet-34 whose stages are each weighted by a mask.

After each stage x becomes x * (1 + mask(x)); the mask is a small U-Net of residual blocks ending in a softmax over
channels. With width 1 and seven outputs it has 137,796,423 trainable parameters, as published.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from training.models.parts.card_texts import FIRST_LAYERS, RATED, TAUGHT, TEACH, TEACHER
from training.models.parts.lazy_keras import keras, layers
from training.models.parts.torch_layers import norm
from training.models.resnet18 import CHANNELS, basic_block, stem
from training.models.spec import Export, Family, ModelSpec, Recipe
from training.models.vgg16 import first_blocks

SIDE = 224
"""Input side of the published network; any side divisible by 32 works."""

RATER_SIDE = 96
DROPOUT = 0.1
"""Dropout of the rating network; the published 0.4 keeps a narrow network from learning."""

WIDTH, MASK_WIDTH = 0.5, 0.25
"""Widths of the rating network, relative to the published stages and masks."""

BLOCKS = (3, 4, 6, 3)
DEEPEST = 1024
"""Channels at the bottom of each mask's U-Net, at width 1."""

PARAMETERS = {"trainable": 137_796_423, "all": 137_874_247}
"""Number of parameters at width 1 with seven outputs."""


def mask_node(x: Any, channels: int, name: str) -> Any:
    """Apply a residual block with a projected shortcut, initialised to that shortcut."""
    return basic_block(x, channels, 1, name, gamma="zeros")


def up(x: Any, skip: Any, channels: int, name: str) -> Any:
    """Double the side by a transposed convolution and concatenate the encoder's maps of that side."""
    x = layers.Conv2DTranspose(channels, 2, 2, name=f"{name}_conv")(x)
    x = layers.ReLU(name=f"{name}_relu")(norm(x, f"{name}_norm"))
    return layers.Concatenate(name=f"{name}_join")([x, skip])


def mask(x: Any, depth: int, deepest: int, name: str) -> Any:
    """Compute the weight of each channel at each position, summing to one over the channels; the shape of x.

    Args:
        x: a stage's output, (n, h, w, c); h and w are divisible by 2 to the power of depth - 1.
        depth: levels of the U-Net, 1 to 4.
        deepest: channels of the lowest level; each level above has half as many.
        name: prefix of the layers' names.
    """
    channels = x.shape[-1]
    widths = [deepest // 2 ** (depth - 1 - level) for level in range(depth)]
    skips = []
    y = x
    for level, width in enumerate(widths):
        if level > 0:
            y = layers.MaxPooling2D(2, name=f"{name}_pool{level}")(y)
        y = mask_node(y, width, f"{name}_down{level}")
        skips.append(y)
    for level in reversed(range(depth - 1)):
        y = up(y, skips[level], widths[level], f"{name}_up{level}")
        y = mask_node(y, widths[level], f"{name}_merge{level}")
    y = mask_node(y, channels, f"{name}_out")
    return layers.Softmax(dtype="float32", name=f"{name}_softmax")(y)


def apply_mask(x: Any, depth: int, deepest: int, name: str) -> Any:
    """Compute x * (1 + mask(x))."""
    weight = layers.Rescaling(1.0, 1.0, name=f"{name}_plus_one")(mask(x, depth, deepest, name))
    return layers.Multiply(name=f"{name}_weighted")([x, weight])


def features(x: Any, width: float, mask_width: float) -> Any:
    """Compute feature maps from the stem's output: (n, side/4, side/4, c) to (n, side/32, side/32, 512 x width)."""
    for stage, (blocks, channels) in enumerate(zip(BLOCKS, CHANNELS, strict=True), 1):
        for number in range(blocks):
            stride = 2 if stage > 1 and number == 0 else 1
            x = basic_block(x, round(channels * width), stride, f"stage{stage}_block{number + 1}")
        x = apply_mask(x, len(CHANNELS) + 1 - stage, round(DEEPEST * mask_width), f"mask{stage}")
    return x


def build(
    side: int = SIDE,
    width: float = WIDTH,
    outputs: int = 1,
    activation: str | None = "sigmoid",
    dropout: float = 0.4,
) -> keras.Model:
    """Build the network: (n, side, side, 3), "imagenet" preprocessing, to (n, outputs).

    Args:
        side: input side in pixels, divisible by 32; the paper's is 224.
        width: channels relative to the paper's, with at least 16 in the first stage.
        outputs: 1 for a rating, 7 for the paper's expressions.
        activation: of the output; the paper's seven have none.
        dropout: before the output.

    Raises:
        ValueError: side or width is invalid.
    """
    if side < 32 or side % 32:
        raise ValueError(f"expected a side divisible by 32; received {side}")
    if CHANNELS[0] * width < 16 or (CHANNELS[0] * width) % 1:
        raise ValueError(f"expected a width of 0.25 or more that leaves whole channels; received {width}")
    picture = keras.Input((side, side, 3), name="picture")
    x = stem(picture, round(CHANNELS[0] * width))
    return keras.Model(picture, head(features(x, width, width), outputs, activation, dropout), name="residual_masking")


def head(x: Any, outputs: int, activation: str | None, dropout: float) -> Any:
    """Map feature maps (n, h, w, c) to (n, outputs)."""
    x = layers.Dropout(dropout, name="dropout")(layers.GlobalAveragePooling2D(name="pool")(x))
    return layers.Dense(outputs, activation=activation, dtype="float32", name="rating")(x)


def build_rater(backbone_weights: str | Path | None = "imagenet") -> keras.Model:
    """Build the rating network: (n, 96, 96, 3), "caffe" preprocessing, to (n, 1) in (0, 1).

    Stages have half the published width and masks a quarter; the first three blocks of VGG16
    (training.models.vgg16.first_blocks) replace the published stem.
    """
    picture, maps = first_blocks(RATER_SIDE, backbone_weights)
    return keras.Model(picture, head(features(maps, WIDTH, MASK_WIDTH), 1, "sigmoid", DROPOUT), name="residual_masking")


SPEC = ModelSpec(
    name="residual_masking",
    family=Family.RATING,
    build=build_rater,
    preprocessing="caffe",
    mirrored=True,
    recipe=Recipe(epochs=8, patience=8, learning_rate=1e-3, weight_decay=1e-2),
    exports=(Export("residual_masking", "Residual Masking Network (narrow)"),),
    data=RATED + TAUGHT.format("VGG16") + FIRST_LAYERS.format("VGG16 with ImageNet weights"),
    prepare=(TEACH,),
    options=TEACHER,
    order=12,
    member=True,
)
