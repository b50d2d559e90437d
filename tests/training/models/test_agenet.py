from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from tests.training.models.test_faceres import stored
from training.models import agenet

PICTURES = np.random.default_rng(0).normal(0, 60, (2, agenet.SIDE, agenet.SIDE, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> keras.Model:
    path = tmp_path_factory.mktemp("faceres") / "faceres.npz"
    stored(path)
    return agenet.build(path)


def test_it_gives_a_distribution_over_the_years(model: keras.Model) -> None:
    predicted = np.asarray(model(PICTURES))
    assert predicted.shape == (2, 101)
    assert np.allclose(predicted.sum(axis=-1), 1, atol=1e-5)
    assert not np.allclose(predicted[0], predicted[1], atol=1e-4)


def test_the_weights_go_into_a_new_one(model: keras.Model, tmp_path: Path) -> None:
    model.save_weights(tmp_path / "a.weights.h5")
    restored = agenet.build(None)
    restored.load_weights(tmp_path / "a.weights.h5")
    assert np.allclose(np.asarray(restored(PICTURES)), np.asarray(model(PICTURES)), atol=1e-5)


def test_what_ships_says_the_same_before_the_softmax(model: keras.Model) -> None:
    predicted = np.asarray(agenet.logits(model)(PICTURES)["logits"])
    shares = np.exp(predicted) / np.exp(predicted).sum(axis=-1, keepdims=True)
    assert np.allclose(shares, np.asarray(model(PICTURES)), atol=1e-5)
