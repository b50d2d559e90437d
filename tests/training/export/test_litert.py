from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from core.models.litert import LiteRTModel
from training.export.litert import correct_bias, inverse_sigmoid, to_litert


def network(bias: float) -> keras.Model:
    keras.utils.set_random_seed(3)
    picture = keras.Input((16, 16, 3))
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(4, 3, activation="relu")(picture))
    model = keras.Model(picture, keras.layers.Dense(2, activation="sigmoid", name="ratings")(x))
    kernel, _ = model.get_layer("ratings").get_weights()
    model.get_layer("ratings").set_weights([kernel, np.full(2, bias, np.float32)])
    return model


def said(content: bytes, pictures: np.ndarray, path: Path) -> np.ndarray:
    path.write_bytes(content)
    file = LiteRTModel(path, 1)
    return np.array([next(iter(file(picture).values())) for picture in pictures])


def test_what_a_file_adds_on_average_is_taken_from_the_next(tmp_path: Path) -> None:
    pictures = np.random.default_rng(0).uniform(-1, 1, (20, 16, 16, 3)).astype(np.float32)
    model = network(0.1)
    too_low = to_litert(network(-0.2), list(pictures))
    found = said(correct_bias(model, "ratings", too_low, list(pictures)), pictures, tmp_path / "model.tflite")
    # The file given was 0.3 too low; so the new one, made without its fault, is as much too high.
    apart = inverse_sigmoid(found) - inverse_sigmoid(np.asarray(model.predict(pictures, verbose=0)))
    assert apart.mean(axis=0) == pytest.approx([0.3, 0.3], abs=0.03)
    kept = model.get_layer("ratings").get_weights()[1]
    assert kept == pytest.approx([0.1, 0.1])


def test_certain_outputs_have_finite_logits() -> None:
    assert np.isfinite(inverse_sigmoid(np.array([0.0, 0.5, 1.0]))).all()
    assert inverse_sigmoid(np.array([0.5])) == pytest.approx([0.0])
