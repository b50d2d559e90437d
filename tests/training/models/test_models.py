from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from training.errors import TrainingError
from training.models import facetracker, sexyness_cnn, vgg16


def test_facetracker_is_the_one_of_its_source() -> None:
    model = facetracker.build(None)
    assert model.count_params() == 16_826_181
    assert model.input_shape == (None, 120, 120, 3)
    outputs = model(np.zeros((2, 120, 120, 3), np.float32))
    assert outputs["face"].shape == (2, 1)
    assert outputs["box"].shape == (2, 4)
    assert float(outputs["box"].numpy().min()) >= 0
    assert float(outputs["box"].numpy().max()) <= 1


def test_the_seed_classifier_is_the_one_of_its_source() -> None:
    model = sexyness_cnn.build()
    assert model.count_params() == 5_562_401
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds == ["InputLayer", *["Conv2D", "MaxPooling2D"] * 3, "Flatten", "Dense", "Dense"]
    assert model(np.zeros((1, 120, 120, 3), np.float32)).shape == (1, 1)


def backbone_arrays() -> dict[str, Any]:
    model = keras.applications.VGG16(include_top=False, weights=None, input_shape=(32, 32, 3))
    names = {layer.name: layer.get_weights() for layer in model.layers if layer.weights}
    return {
        f"{name}/{key}": np.full_like(a, 0.01)
        for name, ws in names.items()
        for key, a in zip(("kernel", "bias"), ws, strict=True)
    }


def test_a_local_backbone_is_loaded_layer_by_layer(tmp_path: Path) -> None:
    arrays = backbone_arrays()
    halved: dict[str, Any] = {key: array.astype(np.float16) for key, array in arrays.items()}
    np.savez(tmp_path / "vgg.npz", **halved)
    model = vgg16.build_backbone(tmp_path / "vgg.npz", 32)
    for weight in model.weights:
        assert np.allclose(weight.numpy(), 0.01, atol=1e-4)


def test_a_backbone_file_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    arrays = backbone_arrays()
    with pytest.raises(TrainingError, match="does not exist"):
        vgg16.build_backbone(tmp_path / "none.npz", 32)
    wrong = arrays | {"block1_conv1/bias": np.zeros(3, np.float32)}
    np.savez(tmp_path / "wrong.npz", **wrong)
    with pytest.raises(TrainingError, match="block1_conv1"):
        vgg16.build_backbone(tmp_path / "wrong.npz", 32)
    del arrays["block5_conv3/kernel"]
    np.savez(tmp_path / "short.npz", **arrays)
    with pytest.raises(TrainingError, match="block5_conv3/kernel"):
        vgg16.build_backbone(tmp_path / "short.npz", 32)


def test_a_failed_download_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(**_: object) -> None:
        raise OSError("no route")

    monkeypatch.setattr(keras.applications, "VGG16", fails)
    with pytest.raises(TrainingError, match="--backbone-weights"):
        vgg16.build_backbone("imagenet", 32)
