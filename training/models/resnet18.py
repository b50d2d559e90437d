"""ResNet-18, He et al., arXiv 1512.03385, with a rating head; stem, blocks and padding follow torchvision."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from training.models import vgg16
from training.models.parts.card_texts import FIRST_LAYERS, RATED, TAUGHT, TEACH, TEACHER
from training.models.parts.fronts import front
from training.models.parts.heads import rating_head
from training.models.parts.lazy_keras import keras, layers
from training.models.parts.torch_layers import conv, norm
from training.models.spec import Export, Family, ModelSpec, Recipe

SIDE = 128
FRONT = "block4_conv3"
"""The last layer kept of VGG16."""

BLOCKS = (2, 2, 2, 2)
CHANNELS = (64, 128, 256, 512)
Attention = Callable[[Any, str], Any]
"""(feature maps, name) to feature maps of the same shape: applied by a variant before a block's addition."""


def stem(x: Any, channels: int) -> Any:
    """Apply the stem: (n, h, w, 3) to (n, h/4, w/4, channels): 7x7/2, normalisation, ReLU, 3x3/2 max-pool."""
    x = layers.ReLU(name="stem_relu")(norm(conv(x, channels, 7, "stem_conv", 2), "stem_norm"))
    # Zero padding never affects the maximum, since the values are not negative.
    return layers.MaxPooling2D(3, 2, name="stem_pool")(layers.ZeroPadding2D(1, name="stem_pool_pad")(x))


def basic_block(
    x: Any, channels: int, stride: int, name: str, gamma: str = "ones", attention: Attention | None = None
) -> Any:
    """Apply two 3x3 convolutions and a shortcut, with a 1x1 convolution if the shape changes.

    Args:
        x: (n, h, w, c).
        channels: of the output.
        stride: of the first convolution.
        name: prefix of the layers' names.
        gamma: initialiser of the second normalisation's gamma; with "zeros" the block starts as its shortcut.
        attention: applied before the addition.
    """
    y = layers.ReLU(name=f"{name}_relu1")(norm(conv(x, channels, 3, f"{name}_conv1", stride), f"{name}_norm1"))
    y = norm(conv(y, channels, 3, f"{name}_conv2"), f"{name}_norm2", gamma)
    if attention is not None:
        y = attention(y, name)
    if stride != 1 or x.shape[-1] != channels:
        x = norm(conv(x, channels, 1, f"{name}_shortcut_conv", stride), f"{name}_shortcut_norm")
    return layers.ReLU(name=f"{name}_relu2")(layers.Add(name=f"{name}_add")([x, y]))


def features(x: Any, attention: Attention | None = None) -> Any:
    """Compute feature maps from a stem's output: (n, h, w, c) to (n, h/8, w/8, 512)."""
    for stage, (blocks, channels) in enumerate(zip(BLOCKS, CHANNELS, strict=True), 1):
        for number in range(blocks):
            stride = 2 if stage > 1 and number == 0 else 1
            x = basic_block(x, channels, stride, f"stage{stage}_block{number + 1}", attention=attention)
    return x


def build(backbone_weights: str | Path | None = None) -> keras.Model:
    """Build the network: (n, 128, 128, 3), "caffe" preprocessing, to (n, 1) in (0, 1).

    The first four blocks of Fairest's VGG16, (n, 16, 16, 512), replace the published stem.

    Args:
        backbone_weights: the shipped VGG16, `.tflite`, or None for random weights.

    Raises:
        TrainingError: the file is missing or contains another network.
    """
    picture, maps = front(lambda _: vgg16.build(None, SIDE), FRONT, backbone_weights)
    return keras.Model(picture, rating_head(features(maps), 0.1), name="resnet18")


SPEC = ModelSpec(
    name="resnet18",
    family=Family.RATING,
    build=build,
    preprocessing="caffe",
    mirrored=True,
    recipe=Recipe(epochs=6, patience=6, learning_rate=1e-3, weight_decay=1e-2),
    exports=(Export("resnet18", "ResNet-18"),),
    data=RATED + TAUGHT.format("VGG16") + FIRST_LAYERS.format("our VGG16"),
    prepare=(TEACH,),
    options=f"{TEACHER} --backbone-weights weights/vgg16.tflite",
    order=10,
    member=True,
)
