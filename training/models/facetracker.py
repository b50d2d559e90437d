"""FaceTracker: VGG16 with two global-max-pool heads, for one face per picture: its presence and its box.

After Nicholas Renotte's "Deep Face Detection" (2022), which regresses one box with a VGG16 backbone, trained with a
localisation loss plus half the binary cross-entropy.
"""

from __future__ import annotations

from pathlib import Path

from training.models.parts.card_texts import FACES
from training.models.parts.lazy_keras import keras, layers
from training.models.spec import Export, Family, ModelSpec, Recipe
from training.models.vgg16 import build_backbone

SIDE = 120
PARAMETERS = 16_826_181


def build(backbone_weights: str | Path | None = "imagenet") -> keras.Model:
    """Build the network: (n, 120, 120, 3) to {"face": (n, 1), "box": (n, 4)}, both in (0, 1).

    Input: BGR minus the ImageNet mean ("caffe" preprocessing). box is (cx, cy, w, h) as fractions of the side.

    Args:
        backbone_weights: "imagenet", a local .npz, or None for random weights.
    """
    backbone = build_backbone(backbone_weights, SIDE)
    face = layers.GlobalMaxPooling2D(name="face_pool")(backbone.output)
    face = layers.Dense(2048, activation="relu", name="face_hidden")(face)
    face = layers.Dense(1, activation="sigmoid", dtype="float32", name="face")(face)
    box = layers.GlobalMaxPooling2D(name="box_pool")(backbone.output)
    box = layers.Dense(2048, activation="relu", name="box_hidden")(box)
    box = layers.Dense(4, activation="sigmoid", dtype="float32", name="box")(box)
    model = keras.Model(backbone.input, {"face": face, "box": box}, name="facetracker")
    assert model.count_params() == PARAMETERS, model.count_params()
    return model


SPEC = ModelSpec(
    name="facetracker",
    family=Family.TRACKER,
    build=build,
    preprocessing="caffe",
    recipe=Recipe(epochs=22, patience=6, batch_size=64, learning_rate=1e-4, weight_decay=1e-4, samples=8192),
    exports=(
        Export(
            "facetracker",
            "FaceTracker (VGG16, one face)",
            use="Detects one face in a picture, to be rated. It does not identify anyone.",
            limits="Only one face per picture. Faces that fill little of it are detected less reliably, and with less "
            "accurate boxes.",
        ),
    ),
    data=FACES,
    order=2,
)
