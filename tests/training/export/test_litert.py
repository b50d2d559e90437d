from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from core.models.litert import LiteRTModel
from training.export.litert import correct_bias, to_litert


def network(bias: float, thresholds: int = 1) -> keras.Model:
    """Two outputs, each the mean of so many sigmoids."""
    keras.utils.set_random_seed(3)
    picture = keras.Input((16, 16, 3))
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(4, 3, activation="relu")(picture))
    sigmoids = keras.layers.Dense(2 * thresholds, activation="sigmoid", name="ratings")(x)
    means = keras.layers.GlobalAveragePooling1D(data_format="channels_first")
    model = keras.Model(picture, means(keras.layers.Reshape((2, thresholds))(sigmoids)))
    kernel, _ = model.get_layer("ratings").get_weights()
    biases = bias + np.tile(np.linspace(-1, 1, thresholds) if thresholds > 1 else [0.0], 2)
    model.get_layer("ratings").set_weights([kernel, biases.astype(np.float32)])
    return model


def outputs(content: bytes, pictures: np.ndarray, path: Path) -> np.ndarray:
    path.write_bytes(content)
    file = LiteRTModel(path, 1)
    return np.array([next(iter(file(picture).values())) for picture in pictures])


@pytest.mark.parametrize("thresholds", [1, 5])
def test_what_a_file_adds_on_average_is_taken_from_the_next(tmp_path: Path, thresholds: int) -> None:
    pictures = np.random.default_rng(0).uniform(-1, 1, (20, 16, 16, 3)).astype(np.float32)
    model = network(0.1, thresholds)
    kept = model.get_layer("ratings").get_weights()[1]
    too_low = to_litert(network(-0.2, thresholds), list(pictures))
    low = outputs(too_low, pictures, tmp_path / "low.tflite")
    corrected = outputs(correct_bias(model, "ratings", too_low, list(pictures)), pictures, tmp_path / "model.tflite")
    right = np.asarray(model.predict(pictures, verbose=0))
    # The new file is made without the fault of the one that was given, so it is as much too high.
    fault = (right - low).mean(axis=0)
    assert (fault > 0.04).all()
    assert (corrected - right).mean(axis=0) == pytest.approx(fault, rel=0.1)
    assert model.get_layer("ratings").get_weights()[1] == pytest.approx(kept)


def test_outputs_that_are_certain_do_not_move_the_head_without_bound(tmp_path: Path) -> None:
    pictures = np.random.default_rng(0).uniform(-1, 1, (4, 16, 16, 3)).astype(np.float32)
    certain = network(60.0)
    corrected = correct_bias(certain, "ratings", to_litert(network(-60.0), list(pictures)), list(pictures))
    assert outputs(corrected, pictures, tmp_path / "model.tflite") == pytest.approx(1.0, abs=0.01)
