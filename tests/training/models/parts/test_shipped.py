"""An exported network's weights back in Keras: it rates as the file does, and another file is refused."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from core.models.litert import LiteRTModel
from training.errors import TrainingError
from training.export.litert import to_litert
from training.models.parts.heads import rating_head
from training.models.parts.shipped import load_shipped
from training.models.parts.torch_layers import norm

SIDE = 32


def build(filters: int = 24) -> keras.Model:
    """Every kind of layer that a shipped network may begin with, large enough to be quantized."""
    picture = keras.Input((SIDE, SIDE, 3), name="picture")
    x = keras.layers.ReLU()(keras.layers.Conv2D(filters, 3, padding="same", name="biased")(picture))
    y = keras.layers.Conv2D(48, 1, use_bias=False, name="expand")(x)
    y = keras.layers.ReLU(6.0)(norm(y, "expand_norm"))
    y = keras.layers.DepthwiseConv2D(5, padding="same", use_bias=False, name="depth")(y)
    y = keras.layers.ReLU(6.0)(norm(y, "depth_norm"))
    y = norm(keras.layers.Conv2D(filters, 1, use_bias=False, name="project")(y), "project_norm")
    return keras.Model(picture, rating_head(keras.layers.Add()([x, y]), 0.0), name="small")


@pytest.fixture
def shipped(tmp_path: Path) -> tuple[keras.Model, Path]:
    keras.utils.set_random_seed(3)
    model = build()
    rng = np.random.default_rng(5)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.set_weights([rng.uniform(0.5, 1.5, weight.shape) for weight in layer.weights])
    path = tmp_path / "small.tflite"
    path.write_bytes(to_litert(model))
    return model, path


def test_the_network_rates_as_the_file_does(shipped: tuple[keras.Model, Path]) -> None:
    model, path = shipped
    keras.utils.set_random_seed(8)
    loaded = build()
    pictures = np.random.default_rng(0).normal(0, 1, (8, SIDE, SIDE, 3)).astype(np.float32)
    assert not np.allclose(loaded(pictures), model(pictures), atol=0.01)
    load_shipped(loaded, path)
    assert np.allclose(loaded(pictures), model(pictures), atol=0.01)
    runtime = LiteRTModel(path, 1)
    assert np.allclose(
        loaded(pictures)[:, 0], [next(iter(runtime(picture).values()))[0] for picture in pictures], atol=0.01
    )


def test_biases_of_a_file_in_int8_throughout_come_back_on_their_own_scale(
    shipped: tuple[keras.Model, Path], tmp_path: Path
) -> None:
    model, _ = shipped
    path, pictures = tmp_path / "whole.tflite", np.random.default_rng(1).normal(0, 1, (8, SIDE, SIDE, 3))
    path.write_bytes(to_litert(model, list(pictures.astype(np.float32))))
    loaded = build()
    load_shipped(loaded, path)
    assert np.allclose(loaded(pictures), model(pictures), atol=0.01)


def test_int8_weights_come_back_on_their_own_scale(shipped: tuple[keras.Model, Path]) -> None:
    model, path = shipped
    loaded = build()
    load_shipped(loaded, path)
    restored, original = (network.get_layer("biased").get_weights()[0] for network in (loaded, model))
    steps = np.abs(original).max(axis=(0, 1, 2)) / 127
    assert np.all(np.abs(restored - original) <= 0.51 * steps)


@pytest.mark.parametrize("filters", [23, 25])
def test_another_network_is_refused(shipped: tuple[keras.Model, Path], filters: int) -> None:
    with pytest.raises(TrainingError, match=r"expected the exported small, weights/small\.tflite.*biased has"):
        load_shipped(build(filters), shipped[1])


def test_a_deeper_network_is_refused(shipped: tuple[keras.Model, Path]) -> None:
    shallow = keras.Model(shipped[0].input, shipped[0].get_layer("biased").output, name="small")
    with pytest.raises(TrainingError, match="the file has more layers"):
        load_shipped(shallow, shipped[1])


def test_a_missing_and_a_broken_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"which does not exist\. Train and export small first\."):
        load_shipped(build(), tmp_path / "none.tflite")
    broken = tmp_path / "broken.tflite"
    broken.write_bytes(b"no weights")
    with pytest.raises(TrainingError, match=r"expected the exported small.*broken\.tflite"):
        load_shipped(build(), broken)
