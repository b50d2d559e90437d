from __future__ import annotations

import numpy as np
import pytest

from training.metrics import accuracy, calibration_slope, confusion, mae, majority_by_key, pearson, rmse

TRUTH = np.array([1.0, 2.0, 3.0, 4.0])
SAID = np.array([1.5, 2.0, 2.4, 4.0])


def test_known_values() -> None:
    assert pearson(TRUTH, 2 * TRUTH + 1) == pytest.approx(1)
    assert pearson(TRUTH, np.ones(4)) == 0
    assert mae(TRUTH, SAID) == pytest.approx(1.1 / 4)
    assert rmse(TRUTH, SAID) == pytest.approx(np.sqrt((0.25 + 0.36) / 4))
    assert accuracy(TRUTH, SAID, 2.5) == 0.75
    assert confusion(TRUTH, SAID, 2.5) == [[2, 0], [1, 1]]


def test_a_key_predicts_its_majority() -> None:
    train = (["web", "web", "web", "id", "id"], np.array([True, True, False, False, False]))
    assert majority_by_key(["web", "id", "web", "new"], np.array([True, False, False, False]), *train) == 0.75


@pytest.mark.parametrize("slope", [0.8, 2.0, 6.0])
def test_the_slope_that_made_the_labels_is_found(slope: float) -> None:
    rng = np.random.default_rng(1)
    distance = rng.normal(0, 1, 20_000)
    above = rng.random(20_000) < 1 / (1 + np.exp(-slope * distance))
    assert calibration_slope(distance, above) == pytest.approx(slope, rel=0.06)


def test_hopeless_predictions_give_the_flattest_slope() -> None:
    assert calibration_slope(np.array([1.0, -1.0] * 50), np.array([False, True] * 50)) == pytest.approx(0.1)
    assert calibration_slope(np.zeros(5), np.ones(5, bool)) == 1.0
