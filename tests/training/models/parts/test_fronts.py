"""A network that begins with another's first layers: they are the other's, and stay."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from training.export.litert import to_litert
from training.models.parts.fronts import front, full_precision
from training.models.parts.heads import rating_head

SIDE = 16


def build(_: None, filters: int = 4) -> keras.Model:
    picture = keras.Input((SIDE, SIDE, 3), name="picture")
    x = keras.layers.Conv2D(filters, 3, use_bias=False, name="first")(picture)
    x = keras.layers.BatchNormalization(name="second")(x)
    return keras.Model(picture, rating_head(x, 0.0), name="small")


@pytest.fixture
def trained(tmp_path: Path) -> tuple[keras.Model, Path]:
    keras.utils.set_random_seed(7)
    model = build(None)
    path = tmp_path / "small.tflite"
    path.write_bytes(to_litert(model))
    return model, path


def test_the_maps_are_the_trained_networks_own(trained: tuple[keras.Model, Path]) -> None:
    model, path = trained
    picture, maps = front(build, "second", path)
    pixels = np.random.default_rng(0).normal(0, 1, (2, SIDE, SIDE, 3)).astype(np.float32)
    expected = keras.Model(model.input, model.get_layer("second").output)(pixels)
    assert np.allclose(keras.Model(picture, maps)(pixels), expected, atol=0.02)


def test_training_leaves_them_as_they_are(trained: tuple[keras.Model, Path]) -> None:
    picture, maps = front(build, "second", trained[1])
    model = keras.Model(picture, rating_head(maps, 0.0))
    part = model.get_layer("first_blocks")
    before = [weight.numpy() for weight in part.weights]
    head = model.get_layer("rating").get_weights()
    model.compile("adam", "mse")
    model.train_on_batch(np.ones((4, SIDE, SIDE, 3), np.float32), np.zeros((4, 1), np.float32))
    assert all(np.array_equal(a, b.numpy()) for a, b in zip(before, part.weights, strict=True))
    assert not np.array_equal(head[0], model.get_layer("rating").get_weights()[0])


def test_without_weights_they_are_random_and_learn() -> None:
    picture, maps = front(build, "second", None)
    assert len(keras.Model(picture, maps).trainable_weights) == 3


def test_they_can_compute_in_float32_beside_layers_that_do_not(trained: tuple[keras.Model, Path]) -> None:
    keras.mixed_precision.set_dtype_policy("mixed_bfloat16")
    try:
        with full_precision():
            picture, maps = front(build, "first", trained[1])
        assert keras.layers.Dense(1).compute_dtype == "bfloat16"
    finally:
        keras.mixed_precision.set_dtype_policy("float32")
    part = keras.Model(picture, maps).get_layer("first_blocks")
    assert part.get_layer("first").compute_dtype == "float32"
