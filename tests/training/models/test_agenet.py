from __future__ import annotations

import keras
import numpy as np
import pytest

from training.models import agenet


@pytest.fixture(scope="module")
def model() -> keras.Model:
    """Untrained; what it says is made to depend on the picture by more than rounding."""
    keras.utils.set_random_seed(3)
    made = agenet.build(None)
    for fold in range(agenet.FOLDS):
        pooled = keras.Model(made.input, made.get_layer(f"pool{fold}").output)(PICTURES)
        layer = made.get_layer(f"age{fold}")
        layer.set_weights([layer.kernel / np.std(pooled), layer.bias])
    return made


PICTURES = np.random.default_rng(0).normal(0, 1, (2, agenet.SIDE, agenet.SIDE, 3)).astype(np.float32)


def test_every_network_gives_a_distribution_of_its_own(model: keras.Model) -> None:
    said = np.asarray(model(PICTURES))
    assert said.shape == (2, agenet.FOLDS, 101)
    assert np.allclose(said.sum(axis=-1), 1, atol=1e-5)
    assert not np.allclose(said[:, 0], said[:, 1])


def test_each_can_be_had_alone_to_ship(model: keras.Model) -> None:
    said = np.asarray(model(PICTURES))
    assert agenet.SHIPPED in range(agenet.FOLDS)
    for fold in range(agenet.FOLDS):
        assert np.allclose(np.asarray(agenet.network(model, fold)(PICTURES)), said[:, fold], atol=1e-6)


def test_what_the_networks_share_never_learns_so_that_none_sees_its_fold_through_it(model: keras.Model) -> None:
    assert not model.get_layer("shared").trainable_weights
    apart = [{id(weight) for weight in model.get_layer(f"rest{fold}").weights} for fold in range(agenet.FOLDS)]
    assert not set.intersection(*apart)
    assert all(model.get_layer(f"rest{fold}").trainable_weights for fold in range(agenet.FOLDS))


def test_the_weights_go_into_a_new_one(model: keras.Model, tmp_path: object) -> None:
    path = f"{tmp_path}/a.weights.h5"
    model.save_weights(path)
    other = agenet.build(None)
    other.load_weights(path)
    assert np.allclose(np.asarray(other(PICTURES)), np.asarray(model(PICTURES)), atol=1e-6)
