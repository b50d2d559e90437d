"""ResNet-18 with convolutional block attention (CBAM), Woo et al., ECCV 2018, arXiv 1807.06521.

Each block's output is weighted by channel, then by position, before the shortcut is added.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from training.models import efficientnet_lite0
from training.models.parts.card_texts import FIRST_LAYERS, RATED, TAUGHT, TEACH, TEACHER
from training.models.parts.fronts import front, full_precision
from training.models.parts.heads import rating_head
from training.models.parts.lazy_keras import keras, layers
from training.models.parts.torch_layers import fan_out, norm
from training.models.resnet18 import features
from training.models.spec import Export, Family, ModelSpec, Recipe

REDUCTION = 16
FRONT = "block10_add"
"""The last layer kept of EfficientNet-Lite0."""


def channel_attention(x: Any, name: str) -> Any:
    """Weight channels by a shared two-layer network on their mean and maximum."""
    channels = x.shape[-1]
    hidden = layers.Dense(channels // REDUCTION, activation="relu", name=f"{name}_channel_hidden")
    out = layers.Dense(channels, name=f"{name}_channel_out")
    mean = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_channel_mean")(x)
    highest = layers.GlobalMaxPooling2D(keepdims=True, name=f"{name}_channel_max")(x)
    weight = layers.Add(name=f"{name}_channel_add")([out(hidden(mean)), out(hidden(highest))])
    weight = layers.Activation("sigmoid", name=f"{name}_channel_weight")(weight)
    return layers.Multiply(name=f"{name}_channel")([x, weight])


def spatial_attention(x: Any, name: str) -> Any:
    """Weight positions by a 7x7 convolution of the channels' mean and maximum."""
    from training.models.parts.own_layers import ChannelStatistics

    weight = ChannelStatistics(name=f"{name}_spatial_statistics")(x)
    weight = layers.Conv2D(
        1, 7, padding="same", use_bias=False, kernel_initializer=fan_out(), name=f"{name}_spatial_conv"
    )(weight)
    weight = layers.Activation("sigmoid", name=f"{name}_spatial_weight")(norm(weight, f"{name}_spatial_norm"))
    return layers.Multiply(name=f"{name}_spatial")([x, weight])


def attend(x: Any, name: str) -> Any:
    """Apply both attentions, channels first."""
    return spatial_attention(channel_attention(x, name), name)


def build(backbone_weights: str | Path | None = None) -> keras.Model:
    """Build the network: (n, 160, 160, 3), "imagenet" preprocessing, to (n, 1) in (0, 1).

    The first eleven blocks of Fairest's EfficientNet-Lite0, (n, 10, 10, 112), replace the published stem.

    Args:
        backbone_weights: the shipped EfficientNet-Lite0, `.tflite`, or None for random weights.

    Raises:
        TrainingError: the file is missing or contains another network.
    """
    with full_precision():
        picture, maps = front(efficientnet_lite0.build, FRONT, backbone_weights)
    return keras.Model(picture, rating_head(features(maps, attend), 0.1), name="cbam_resnet18")


SPEC = ModelSpec(
    name="cbam_resnet18",
    family=Family.RATING,
    build=build,
    preprocessing="imagenet",
    mirrored=True,
    recipe=Recipe(epochs=6, patience=6, learning_rate=1e-3, weight_decay=1e-2),
    exports=(Export("cbam_resnet18", "CBAM-ResNet-18"),),
    data=RATED + TAUGHT.format("VGG16") + FIRST_LAYERS.format("our EfficientNet-Lite0"),
    prepare=(TEACH,),
    options=f"{TEACHER} --backbone-weights weights/efficientnet_lite0.tflite",
    order=11,
    member=True,
)
