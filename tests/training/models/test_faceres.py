from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from training.errors import TrainingError
from training.models import faceres


def arrays() -> dict[str, np.ndarray]:
    """Weights of a FaceRes by the shapes that its file has."""
    rng = np.random.default_rng(0)
    weights = {"conv1/kernel": rng.normal(0, 0.05, (3, 3, 3, 32)), "conv1/bias": rng.normal(0, 0.1, 32)}
    channels = 32
    for k, filters in enumerate(faceres.FILTERS, start=1):
        weights[f"conv_dw_{k}/kernel"] = rng.normal(0, 0.4, (3, 3, channels, 1))
        weights[f"conv_dw_{k}/bias"] = rng.normal(0, 0.1, channels)
        weights[f"conv_pw_{k}/kernel"] = rng.normal(0, (2 / channels) ** 0.5, (1, 1, channels, filters))
        weights[f"conv_pw_{k}/bias"] = rng.normal(0, 0.1, filters)
        channels = filters
    return {key: value.astype(np.float16) for key, value in weights.items()}


def stored(path: Path, without: str = "") -> dict[str, np.ndarray]:
    """Write such weights, but for one key; returns them."""
    kept = {key: value for key, value in arrays().items() if key != without}
    np.savez(path, **kept)  # type: ignore[arg-type]
    return kept


def by_hand(weights: dict[str, np.ndarray], picture: np.ndarray) -> np.ndarray:
    """The features of one picture (side, side, 3), computed without Keras."""

    def padded(x: np.ndarray, stride: int) -> np.ndarray:
        # As TensorFlow's "same": what is uneven goes to the end.
        padding = [max((-(-n // stride) - 1) * stride + 3 - n, 0) for n in x.shape[:2]]
        return np.pad(
            x,
            [(padding[0] // 2, padding[0] - padding[0] // 2), (padding[1] // 2, padding[1] - padding[1] // 2), (0, 0)],
        )

    def windows(x: np.ndarray, stride: int) -> np.ndarray:
        every_window = np.lib.stride_tricks.sliding_window_view(padded(x, stride), (3, 3), axis=(0, 1))
        return np.asarray(every_window[::stride, ::stride])

    def relu6(x: np.ndarray) -> np.ndarray:
        return np.asarray(np.clip(x, 0, 6))

    w = {key: value.astype(np.float64) for key, value in weights.items()}
    x = relu6(np.einsum("hwcij,ijcf->hwf", windows(picture, 2), w["conv1/kernel"]) + w["conv1/bias"])
    for k in range(1, 14):
        stride = 2 if k in (2, 4, 6, 12) else 1
        kernel = w[f"conv_dw_{k}/kernel"][..., 0]
        x = relu6(np.einsum("hwcij,ijc->hwc", windows(x, stride), kernel) + w[f"conv_dw_{k}/bias"])
        x = relu6(x @ w[f"conv_pw_{k}/kernel"][0, 0] + w[f"conv_pw_{k}/bias"])
    return np.asarray(x.mean(axis=(0, 1)))


@pytest.mark.parametrize("side", [32, 45])
def test_it_computes_what_its_definition_says_at_any_side(side: int, tmp_path: Path) -> None:
    weights = stored(tmp_path / "faceres.npz")
    picture = np.random.default_rng(1).normal(0, 60, (side, side, 3)).astype(np.float32)
    model = faceres.backbone(side, tmp_path / "faceres.npz")
    assert model.output_shape == (None, 1024)
    features = np.asarray(model(picture[np.newaxis]))[0]
    assert features.std() > 0.01
    assert np.allclose(features, by_hand(weights, picture), atol=2e-3)


def test_it_has_mobilenets_size_with_each_normalisation_folded_into_a_bias() -> None:
    assert faceres.backbone(32).count_params() == keras.applications.MobileNet(
        weights=None, include_top=False
    ).count_params() - 3 * sum((32, 32, *faceres.FILTERS, *faceres.FILTERS[:-1]))


def test_the_first_layers_stay_and_the_others_learn(tmp_path: Path) -> None:
    stored(tmp_path / "faceres.npz")
    model = faceres.backbone(32, tmp_path / "faceres.npz")
    frozen = {layer.name for layer in model.layers if layer.weights and not layer.trainable}
    assert frozen == {"conv1", "conv_dw_1", "conv_pw_1", "conv_dw_2", "conv_pw_2", "conv_dw_3", "conv_pw_3"}


def test_a_file_that_does_not_fit_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="does not exist"):
        faceres.backbone(32, tmp_path / "none.npz")
    (tmp_path / "torn.npz").write_bytes(b"PK\x03\x04 torn")
    with pytest.raises(TrainingError, match="damaged"):
        faceres.backbone(32, tmp_path / "torn.npz")
    stored(tmp_path / "less.npz", without="conv_pw_13/bias")
    with pytest.raises(TrainingError, match="conv_pw_13/bias"):
        faceres.backbone(32, tmp_path / "less.npz")
    np.savez(tmp_path / "other.npz", **(arrays() | {"conv1/bias": np.zeros(7)}))  # type: ignore[arg-type]
    with pytest.raises(TrainingError, match="for conv1"):
        faceres.backbone(32, tmp_path / "other.npz")


def test_its_layers_are_named_as_in_the_file() -> None:
    model = keras.Model(inputs := keras.Input((32, 32, 3)), faceres.features(inputs))
    assert [layer.name for layer in model.layers if layer.weights] == faceres.layer_names()
