"""VGG16 without its top: configuration D of Simonyan and Zisserman, arXiv 1409.1556.

Weights come from Keras's download, from a local .npz, or are random. Input: BGR minus the ImageNet mean.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from training.data.npz import load_layers
from training.errors import TrainingError
from training.models.parts.card_texts import IMAGENET, RATED
from training.models.parts.fronts import first_layers
from training.models.parts.heads import rating_head
from training.models.parts.lazy_keras import keras
from training.models.spec import Export, Family, ModelSpec, Recipe

SIDE = 160


def build_backbone(weights: str | Path | None, side: int) -> keras.Model:
    """Build VGG16's convolutions, side x side x 3 to side/32 x side/32 x 512.

    Args:
        weights: "imagenet" (Keras downloads them), a local .npz (keys `block1_conv1/kernel`, `.../bias`), or None.
        side: input side in pixels, 32 or more.

    Raises:
        TrainingError: the file is missing or its arrays do not match, or the download failed.
    """
    shape = (side, side, 3)
    if weights == "imagenet":
        try:
            return keras.applications.VGG16(include_top=False, weights="imagenet", input_shape=shape)
        except Exception as error:  # whatever the network or the file system said
            raise TrainingError(
                f"expected to download VGG16's ImageNet weights; received: {error}. "
                "Give a local file with --backbone-weights PATH, or none with --backbone-weights none."
            ) from error
    model = keras.applications.VGG16(include_top=False, weights=None, input_shape=shape)
    if weights is not None:
        load_layers((layer for layer in model.layers if layer.weights), Path(weights))
    return model


def first_blocks(side: int, backbone_weights: str | Path | None) -> tuple[Any, Any]:
    """Return (input, maps): the first three blocks as the start of another network; frozen unless random.

    A few thousand faces cannot replace what ImageNet teaches about edges, textures and parts. The input is
    (n, side, side, 3), "caffe" preprocessing, the maps (n, side/4, side/4, 256).

    Args:
        side: input side in pixels.
        backbone_weights: see build_backbone.

    Raises:
        TrainingError: the file is missing or does not match, or the download failed.
    """
    return first_layers(build_backbone(backbone_weights, side), "block3_conv3", learns=backbone_weights is None)


def build(backbone_weights: str | Path | None = "imagenet", side: int = SIDE) -> keras.Model:
    """Build the rating classifier: (n, side, side, 3), "caffe" preprocessing, to (n, 1) in (0, 1).

    Its first two blocks are frozen at their ImageNet weights, unless these are random.

    Args:
        backbone_weights: "imagenet", a local .npz, or None for random weights.
        side: input side in pixels.
    """
    backbone = build_backbone(backbone_weights, side)
    if backbone_weights is not None:
        for layer in backbone.layers:
            layer.trainable = not layer.name.startswith(("block1", "block2"))
    return keras.Model(backbone.input, rating_head(backbone.output, 0.3), name="vgg16")


SPEC = ModelSpec(
    name="vgg16",
    family=Family.RATING,
    build=build,
    preprocessing="caffe",
    mirrored=True,
    recipe=Recipe(epochs=14, patience=14, learning_rate=1e-4),
    exports=(Export("vgg16", "VGG16"),),
    data=RATED + IMAGENET,
    order=7,
    member=True,
)
