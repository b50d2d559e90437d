"""The original classifier: three convolutions with max-pooling, one hidden layer, one sigmoid.

After Nicholas Renotte's "Deep CNN Image Classification" (2022), at 120 x 120. Rating = 1 + 4 x output.
"""

from __future__ import annotations

from training.models.parts.card_texts import ADULTS, RATED
from training.models.parts.lazy_keras import keras, layers
from training.models.spec import Export, Family, ModelSpec, Recipe

SIDE = 120
PARAMETERS = 5_562_401


def build() -> keras.Model:
    """Build the network: (n, 120, 120, 3), RGB in [0, 1] ("unit" preprocessing), to (n, 1) in (0, 1)."""
    inputs = keras.Input((SIDE, SIDE, 3), name="picture")
    x = inputs
    for filters in (16, 32, 64):
        x = layers.Conv2D(filters, 3, activation="relu")(x)
        x = layers.MaxPooling2D()(x)
    x = layers.Flatten()(x)
    x = layers.Dense(512, activation="relu")(x)
    outputs = layers.Dense(1, activation="sigmoid", dtype="float32", name="rating")(x)
    model = keras.Model(inputs, outputs, name="sexyness_cnn")
    assert model.count_params() == PARAMETERS, model.count_params()
    return model


SPEC = ModelSpec(
    name="sexyness_cnn",
    family=Family.RATING,
    build=lambda _: build(),
    preprocessing="unit",
    mirrored=True,
    recipe=Recipe(epochs=40, patience=40, learning_rate=5e-4),
    exports=(Export("sexyness_cnn", "Seed classifier (small CNN)"),),
    data=RATED + ADULTS,
    order=6,
)
