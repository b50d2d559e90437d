from __future__ import annotations

import keras
import numpy as np
import pytest

from training.models.parts.heads import PANEL_HEAD, THRESHOLDS, panel_heads, panel_ratings


def test_a_panels_rating_is_the_mean_of_its_own_thresholds() -> None:
    pooled = keras.Input((8,))
    model = keras.Model(pooled, panel_heads(pooled, 0.3, 3), name="toy")
    values = np.random.default_rng(0).normal(size=(5, 8)).astype(np.float32)
    shares = np.asarray(model(values))
    assert shares.shape == (5, 3, THRESHOLDS)
    shipped = panel_ratings(model)
    assert shipped.name == "toy"
    assert np.asarray(shipped(values)) == pytest.approx(shares.mean(axis=-1), abs=1e-6)
    kernel, bias = model.get_layer(PANEL_HEAD).get_weights()
    bias[THRESHOLDS : 2 * THRESHOLDS] = 30
    model.get_layer(PANEL_HEAD).set_weights([kernel, bias])
    moved = np.asarray(shipped(values)) - shares.mean(axis=-1)
    assert (moved[:, 1] > 0.2).all()
    assert moved[:, [0, 2]] == pytest.approx(0, abs=1e-6)
