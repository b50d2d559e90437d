from __future__ import annotations

import keras
import numpy as np

from training.models import landmarks


def test_it_says_five_points_and_an_error_and_is_small() -> None:
    keras.utils.set_random_seed(1)
    model = landmarks.build()
    side = landmarks.SIDE
    pictures = np.random.default_rng(0).uniform(0, 1, (2, side, side, 3)).astype(np.float32)
    predicted = np.asarray(model(pictures))
    assert predicted.shape == (2, 11)
    assert not np.allclose(predicted[0], predicted[1])
    assert model.count_params() < 500_000
