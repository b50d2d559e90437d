from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score

from core.evaluation.metrics import (
    accuracy,
    auc,
    calibration_slope,
    confusion_matrix,
    expected_calibration_error,
    mae,
    majority_by_key,
    pearson,
    rmse,
    spearman,
)

TRUTH = np.array([1.0, 2.0, 3.0, 4.0])
PREDICTED = np.array([1.5, 2.0, 2.4, 4.0])


def test_known_values() -> None:
    assert pearson(TRUTH, 2 * TRUTH + 1) == pytest.approx(1)
    assert pearson(TRUTH, np.ones(4)) == 0
    assert mae(TRUTH, PREDICTED) == pytest.approx(1.1 / 4)
    assert rmse(TRUTH, PREDICTED) == pytest.approx(np.sqrt((0.25 + 0.36) / 4))
    assert accuracy(TRUTH, PREDICTED, 2.5) == 0.75
    assert confusion_matrix(TRUTH, PREDICTED, 2.5) == [[2, 0], [1, 1]]


def test_spearman_looks_at_the_order_alone() -> None:
    assert spearman(TRUTH, np.exp(3 * TRUTH)) == pytest.approx(1)
    assert spearman(TRUTH, np.array([2.0, 1.0, 3.0, 4.0])) == pytest.approx(0.8)  # 1 - 6 * (1 + 1) / (4 * 15)
    assert spearman(TRUTH, np.array([1.0, 1.0, 3.0, 4.0])) == pytest.approx(4.5 / np.sqrt(5 * 4.5))
    assert spearman(TRUTH, np.ones(4)) == 0


def test_auc_counts_the_pairs_in_the_right_order() -> None:
    above = np.array([False, False, True, True])
    assert auc(above, np.array([1.0, 2.0, 3.0, 4.0])) == 1
    assert auc(above, np.array([1.0, 3.0, 2.0, 4.0])) == 0.75
    assert auc(above, np.array([1.0, 2.0, 2.0, 4.0])) == 0.875
    assert auc(above, np.array([4.0, 3.0, 2.0, 1.0])) == 0
    assert auc(np.ones(4, bool), TRUTH) == auc(np.zeros(4, bool), TRUTH) == 0.5


def test_calibration_error_is_the_bins_mean_gap() -> None:
    probability = np.array([0.62, 0.64, 0.91, 0.93, 0.94, 0.92])
    right = np.array([True, False, True, True, True, False])
    # Bin [0.60, 0.65): 0.63 stated, 0.5 true. Bin [0.90, 0.95): 0.925 stated, 0.75 true.
    assert expected_calibration_error(probability, right) == pytest.approx((2 * 0.13 + 4 * 0.175) / 6)
    # One bin: 4.96 / 6 stated, 4 / 6 true.
    assert expected_calibration_error(probability, right, bins=1) == pytest.approx(0.96 / 6)


def test_calibration_bins_hold_their_lower_end_and_the_last_one_both() -> None:
    assert expected_calibration_error(np.array([0.6, 0.64]), np.array([True, False])) == pytest.approx(0.24 / 2)
    assert expected_calibration_error(np.array([0.55, 0.6]), np.array([True, False])) == pytest.approx(1.05 / 2)
    assert expected_calibration_error(np.array([0.5, 1.0]), np.array([False, True])) == pytest.approx(0.25)


@pytest.mark.parametrize("wrong", [[], [0.4, 0.9], [0.6, 1.2], [0.6, np.nan]])
def test_no_probability_of_a_label_is_refused(wrong: list[float]) -> None:
    with pytest.raises(ValueError, match=r"probabilities in \[0.5, 1\]"):
        expected_calibration_error(np.array(wrong), np.ones(len(wrong), bool))


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


def test_auc_and_rank_correlation_are_those_of_the_libraries() -> None:
    rng = np.random.default_rng(4)
    truth = np.round(rng.normal(3, 1, 150), 1)
    predicted = np.round(truth + rng.normal(0, 1, 150), 1)
    assert auc(truth > 3, predicted) == pytest.approx(roc_auc_score(truth > 3, predicted))
    assert spearman(truth, predicted) == pytest.approx(spearmanr(truth, predicted).statistic)
