from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from core.models.facegrid import cell_centres
from tests.training.models.test_raters import random_torch_weights
from training.models import facegrid, mobilenet_v2

pytestmark = pytest.mark.long

WIDTH, HEIGHT = 96, 64
APART = 4
"""Pixels: a coarse cell looks at nearly the whole of so small a picture."""


def stored(path: Path) -> Path:
    """An .npz in torchvision's names and layouts, random."""
    model = keras.Model(inputs := keras.Input((32, 32, 3)), mobilenet_v2.features(inputs))
    np.savez(path, **random_torch_weights(model, mobilenet_v2.stored_names(), 0))
    return path


def test_it_says_something_of_every_cell() -> None:
    model = facegrid.build(None, WIDTH, HEIGHT)
    outputs = model(np.zeros((2, HEIGHT, WIDTH, 3), np.float32))
    count = len(cell_centres(HEIGHT, WIDTH))
    assert outputs["face"].shape == (2, count, 1)
    assert outputs["box"].shape == (2, count, 4)
    share = 1 / (1 + np.exp(-np.asarray(outputs["face"])))
    assert share.mean() == pytest.approx(facegrid.PRIOR, abs=0.01)


def looked_at(model: keras.Model, cell: int) -> tuple[float, float]:
    """The middle, (x, y), of the pixels that move a cell's logit, by how much they do."""
    picture = tf.constant(np.random.default_rng(0).uniform(0, 255, (1, HEIGHT, WIDTH, 3)).astype(np.float32))
    with tf.GradientTape() as tape:
        tape.watch(picture)
        logit = model(picture)["face"][0, cell, 0]
    weight = np.abs(np.asarray(tape.gradient(logit, picture), np.float64)[0]).sum(axis=2)
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    return float((x * weight).sum() / weight.sum()), float((y * weight).sum() / weight.sum())


@pytest.mark.parametrize("stride", [8, 16])
def test_a_cell_looks_where_it_stands(stride: int) -> None:
    keras.utils.set_random_seed(4)
    model = facegrid.build(None, WIDTH, HEIGHT)
    cells = cell_centres(HEIGHT, WIDTH)
    middle = stride / 2
    corner = {
        (right, low): looked_at(
            model,
            int(
                np.flatnonzero(
                    (cells == (WIDTH - middle if right else middle, HEIGHT - middle if low else middle, stride)).all(1)
                )[0]
            ),
        )
        for right in (False, True)
        for low in (False, True)
    }
    for low in (False, True):
        assert corner[True, low][0] - corner[False, low][0] > APART
    for right in (False, True):
        assert corner[right, True][1] - corner[right, False][1] > APART


def test_one_set_of_weights_serves_every_size() -> None:
    small, large = facegrid.build(None, WIDTH, HEIGHT), facegrid.build(None, 2 * WIDTH, HEIGHT)
    large.set_weights(small.get_weights())
    assert small.count_params() == large.count_params()
    with pytest.raises(ValueError, match="divisible by 32; received 100 x 64"):
        facegrid.build(None, 100, 64)


def test_its_first_stages_and_normalisations_stay_as_imagenet_left_them(tmp_path: Path) -> None:
    path = stored(tmp_path / "mobilenet.npz")
    model = facegrid.build(path, WIDTH, HEIGHT)
    with np.load(path) as arrays:
        kernel = arrays["features.0.0.weight"].transpose(2, 3, 1, 0)
    assert np.allclose(model.get_layer("stem_conv").get_weights()[0], kernel)
    assert not model.get_layer("stem_conv").trainable
    assert not model.get_layer("block9_expand_norm").trainable
    assert model.get_layer("block9_expand_conv").trainable
    assert model.get_layer("lateral_norm8").trainable
    assert all(layer.trainable for layer in facegrid.build(None, WIDTH, HEIGHT).layers)
