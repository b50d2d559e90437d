"""AgeNet: FaceRes with a distribution over ages as output, whose mean is the age.

Rothe, Timofte and Van Gool, "Deep expectation of real and apparent age", IJCV 2018; Gaussian labels around the age,
Gao et al., "Age estimation using expectation of label distribution learning", IJCAI 2018.
"""

from __future__ import annotations

from pathlib import Path

from core.models.ages import OLDEST
from training.models import faceres
from training.models.parts.lazy_keras import keras, layers
from training.models.spec import Export, Family, ModelSpec, Recipe

SIDE = 160

HEAD = "age"
"""Name of the last layer; its softmax is the distribution."""

DATA = (
    "UTKFace, All-Age-Faces and FairFace, whose labels are decades (training/data/aged.py). The epoch and the "
    "threshold were chosen on validation parts; the test parts are used for evaluation only. Initialised with the "
    "weights of FaceRes, which was trained on faces. {crops} were degraded to look old, grey, scanned, "
    "small or coarsely compressed, beside the usual augmentation."
)
"""The card's text on the training data."""


def build(backbone_weights: str | Path | None = None) -> keras.Model:
    """Build the network: (n, SIDE, SIDE, 3), "caffe" preprocessing, to (n, 101), the probability of each year from 0.

    Args:
        backbone_weights: an .npz of FaceRes, or None for random weights.

    Raises:
        TrainingError: the file is missing or does not fit.
    """
    backbone = faceres.backbone(SIDE, backbone_weights)
    x = layers.Dropout(0.3, name="dropout")(backbone.output)
    shares = layers.Dense(OLDEST + 1, activation="softmax", dtype="float32", name=HEAD)(x)
    return keras.Model(backbone.input, shares, name="agenet")


def logits(model: keras.Model) -> keras.Model:
    """Return the network to export: without the softmax, whose small probabilities 8 bits would round to 0."""
    head = model.get_layer(HEAD)
    linear = layers.Dense(OLDEST + 1, dtype="float32", name="logits")
    network = keras.Model(model.input, {"logits": linear(head.input)}, name="agenet")
    linear.set_weights(head.get_weights())
    return network


SPEC = ModelSpec(
    name="agenet",
    family=Family.AGES,
    build=build,
    preprocessing="caffe",
    mirrored=True,
    recipe=Recipe(epochs=16, patience=16, learning_rate=5e-4, weight_decay=1e-2, samples=20480, worn=0.3),
    exports=(Export("agenet", "AgeNet (FaceRes)", adapt=logits),),
    data=DATA.format(crops="Three in ten crops"),
    prepare=("ages --backbone-weights FACERES.npz",),
    options="--backbone-weights FACERES.npz",
    order=3,
)
