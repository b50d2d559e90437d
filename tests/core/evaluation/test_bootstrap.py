from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from core.evaluation import bootstrap as module
from core.evaluation.bootstrap import (
    Statistic,
    auc_of,
    bootstrap,
    bootstrap_ci,
    mean_of,
    pearson_of,
    resample_counts,
    root_mean_of,
)
from core.evaluation.metrics import auc, mae, pearson, rmse

RNG = np.random.default_rng(3)
TRUTH = RNG.normal(3, 0.7, 80)
PREDICTED = np.round(TRUTH + RNG.normal(0, 0.5, 80), 1)  # rounded: some are equal


PAIRS: list[tuple[Statistic, Callable[[np.ndarray], float]]] = [
    (pearson_of(TRUTH, PREDICTED), lambda chosen: pearson(TRUTH[chosen], PREDICTED[chosen])),
    (mean_of(np.abs(TRUTH - PREDICTED)), lambda chosen: mae(TRUTH[chosen], PREDICTED[chosen])),
    (root_mean_of(np.square(TRUTH - PREDICTED)), lambda chosen: rmse(TRUTH[chosen], PREDICTED[chosen])),
    (auc_of(TRUTH > 3, PREDICTED), lambda chosen: auc(TRUTH[chosen] > 3, PREDICTED[chosen])),
]
"""Each statistic, and the measure that it stands for, of faces by their numbers."""


@pytest.mark.parametrize(("statistic", "measure"), PAIRS)
def test_a_statistic_is_the_measure_of_the_drawn_faces(
    statistic: Statistic, measure: Callable[[np.ndarray], float]
) -> None:
    (counts,) = resample_counts(len(TRUTH), 20, seed=5)
    expected = [measure(np.repeat(np.arange(len(TRUTH)), row.astype(int))) for row in counts]
    assert statistic(counts) == pytest.approx(expected, abs=1e-12)
    assert statistic(np.ones((1, len(TRUTH)))) == pytest.approx([measure(np.arange(len(TRUTH)))])


def test_every_resample_has_as_many_faces_as_there_are() -> None:
    blocks = list(resample_counts(7, 50, seed=1))
    counts = np.concatenate(blocks)
    assert counts.shape == (50, 7)
    assert (counts.sum(axis=1) == 7).all()
    assert counts.max() > 1
    assert counts.min() == 0


def test_blocks_do_not_change_what_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    single_block = np.concatenate(list(resample_counts(9, 25, seed=2)))
    monkeypatch.setattr(module, "CELLS", 40)
    blocks = list(resample_counts(9, 25, seed=2))
    assert len(blocks) == 7
    assert (np.concatenate(blocks) == single_block).all()


def test_the_seed_decides() -> None:
    statistics = {"mean": mean_of(TRUTH)}
    first = bootstrap(statistics, len(TRUTH), 30, seed=1)["mean"]
    assert (first == bootstrap(statistics, len(TRUTH), 30, seed=1)["mean"]).all()
    assert not (first == bootstrap(statistics, len(TRUTH), 30, seed=2)["mean"]).any()


def test_the_interval_of_a_mean_is_two_standard_errors_each_way() -> None:
    low, high = bootstrap_ci(bootstrap({1: mean_of(TRUTH)}, len(TRUTH), 4000, seed=1)[1])
    error = np.std(TRUTH) / np.sqrt(len(TRUTH))
    assert low == pytest.approx(np.mean(TRUTH) - 1.96 * error, abs=0.15 * error)
    assert high == pytest.approx(np.mean(TRUTH) + 1.96 * error, abs=0.15 * error)


def test_an_interval_leaves_as_much_out_below_as_above() -> None:
    assert bootstrap_ci(np.arange(101.0)) == pytest.approx((2.5, 97.5))


def test_all_statistics_see_the_same_faces() -> None:
    values = bootstrap({"one": mean_of(TRUTH), "shifted": mean_of(TRUTH + 0.25)}, len(TRUTH), 100, seed=1)
    assert values["shifted"] - values["one"] == pytest.approx(np.full(100, 0.25))
    assert np.std(values["one"]) > 0.01


def test_a_resample_of_one_face_has_no_correlation_and_a_coins_auc() -> None:
    counts = np.zeros((2, 80))
    counts[0, 7] = 80
    counts[1, :] = 1
    assert pearson_of(TRUTH, PREDICTED)(counts)[0] == 0
    assert auc_of(TRUTH > 3, PREDICTED)(counts)[0] == 0.5
    assert pearson_of(TRUTH, np.ones(80))(counts)[1] == 0
