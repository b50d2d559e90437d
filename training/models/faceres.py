"""FaceRes: MobileNet (Howard et al., arXiv 1704.04861) pretrained on faces, as a backbone for ages and ratings.

It was trained for identification on VGGFace2, then for age and gender on IMDB faces (Savchenko, "Efficient facial
representations for age, gender and identity recognition in organizing photo albums using multi-output ConvNet",
PeerJ CS 2019). Batch normalisation is folded into kernels and biases. Its input is "caffe": BGR minus the ImageNet
mean.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from training.data.npz import load_layers
from training.models.parts.card_texts import ADULTS, RATED
from training.models.parts.depthwise import gradient_dtype
from training.models.parts.heads import panel_heads, panel_ratings
from training.models.parts.lazy_keras import keras, layers
from training.models.spec import Export, Family, ModelSpec, Recipe

SIDE = 160
"""Side of the classifier's input in pixels."""

PANELS = 3
"""Number of panels, and so of the classifier's outputs (training.data.rated.PANELS)."""

FILTERS = (64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024)
"""Channels after each pair of a depthwise and a pointwise convolution, numbered from 1."""

HALVINGS = (2, 4, 6, 12)
"""Pairs whose depthwise convolution has stride 2."""

FROZEN = ("conv1", *(f"conv_{kind}_{k}" for k in (1, 2, 3) for kind in ("dw", "pw")))
"""Frozen layers: edges, colours and simple shapes, and the most expensive ones to train."""


def features(picture: Any) -> Any:
    """Compute feature maps: (n, h, w, 3) to (n, ceil(h / 32), ceil(w / 32), 1024), for any height and width."""
    x = layers.Conv2D(32, 3, 2, padding="same", name="conv1")(picture)
    x = layers.ReLU(6.0, name="conv1_relu")(x)
    for k, filters in enumerate(FILTERS, start=1):
        stride = 2 if k in HALVINGS else 1
        name = f"conv_dw_{k}"
        dtype = None if name in FROZEN else gradient_dtype(stride)
        x = layers.DepthwiseConv2D(3, stride, padding="same", dtype=dtype, name=name)(x)
        x = layers.ReLU(6.0, name=f"conv_dw_{k}_relu")(x)
        x = layers.Conv2D(filters, 1, name=f"conv_pw_{k}")(x)
        x = layers.ReLU(6.0, name=f"conv_pw_{k}_relu")(x)
    return x


def layer_names() -> list[str]:
    """Return the layers with weights in the file, first to last."""
    return ["conv1", *(f"conv_{kind}_{k}" for k in range(1, len(FILTERS) + 1) for kind in ("dw", "pw"))]


def load(model: keras.Model, path: str | Path) -> None:
    """Load a network's FaceRes layers from an .npz and freeze the first of them.

    Args:
        model: built on `features`.
        path: keys LAYER/kernel and LAYER/bias, in Keras's layout.

    Raises:
        TrainingError: the file is missing or damaged, lacks a layer, or contains an array of another shape.
    """
    named = [model.get_layer(name) for name in layer_names()]
    load_layers(named, Path(path))
    for layer in named:
        layer.trainable = layer.name not in FROZEN


def backbone(side: int, backbone_weights: str | Path | None = None) -> keras.Model:
    """Build the feature extractor: (n, side, side, 3), "caffe" preprocessing, to (n, 1024).

    Args:
        side: of the picture, pixels; pretrained at 224; multiples of 32 are most efficient.
        backbone_weights: an .npz of its weights, or None for random ones.

    Raises:
        TrainingError: the file is missing or does not match.
    """
    picture = keras.Input((side, side, 3), name="picture")
    model = keras.Model(picture, layers.GlobalAveragePooling2D(name="pool")(features(picture)), name="faceres")
    if backbone_weights is not None:
        load(model, backbone_weights)
    return model


def build(backbone_weights: str | Path | None = None) -> keras.Model:
    """Build the classifier: (n, SIDE, SIDE, 3), "caffe" preprocessing, to (n, PANELS, THRESHOLDS); see `panel_heads`.

    Raises:
        TrainingError: the file is missing or does not match.
    """
    trunk = backbone(SIDE, backbone_weights)
    return keras.Model(trunk.input, panel_heads(trunk.output, 0.3, PANELS), name="faceres")


SPEC = ModelSpec(
    name="faceres",
    family=Family.PANELS,
    build=build,
    preprocessing="caffe",
    mirrored=True,
    recipe=Recipe(epochs=12, patience=12, learning_rate=4e-4, weight_decay=1e-2),
    exports=(Export("faceres", "FaceRes (three panels)", adapt=panel_ratings),),
    data=f"{RATED} Also OMI, synthetic faces rated by about 37 people each.{ADULTS} It has outputs for each "
    "panel; the rating is the panels' mean. Adults of FairFace, whom no panel has rated, are used to bring the mean "
    "ratings of the races closer together (demographic parity). Initialised with the weights of FaceRes, which was "
    "trained on faces.",
    prepare=("ages --backbone-weights FACERES.npz",),
    options="--backbone-weights FACERES.npz",
    order=4,
    member=True,
    teacher=True,
)
