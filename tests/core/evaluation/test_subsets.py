from __future__ import annotations

import numpy as np
import pytest

from core.evaluation.metrics import mae, pearson
from core.evaluation.results import ratings_of, scores_of
from core.evaluation.subsets import by_size, subsets
from tests import factories

MEMBERS = {name: factories.rows(seed=seed) for seed, name in enumerate(("one", "two", "three"))}
FOUND = subsets(MEMBERS, factories.ABOVE, factories.THRESHOLD)


def test_every_subset_is_measured_best_first() -> None:
    assert {subset.models for subset in FOUND} == {
        *((name,) for name in MEMBERS),
        ("one", "two"),
        ("one", "three"),
        ("two", "three"),
        ("one", "two", "three"),
    }
    correlations = [subset.measures["pearson"] for subset in FOUND]
    assert correlations == sorted(correlations, reverse=True)


def test_a_subset_is_the_plain_mean_of_its_models() -> None:
    (pair,) = [subset for subset in FOUND if subset.models == ("one", "three")]
    mean = (ratings_of(MEMBERS["one"]) + ratings_of(MEMBERS["three"])) / 2
    scores = scores_of(MEMBERS["one"])
    assert pair.measures["pearson"] == pytest.approx(pearson(scores, mean))
    assert pair.measures["mae"] == pytest.approx(mae(scores, mean))
    assert pair.measures["accuracy"] == np.mean((mean > factories.THRESHOLD) == (scores > factories.THRESHOLD))


@pytest.mark.parametrize(("measure", "pick"), [("pearson", max), ("mae", min), ("accuracy", max)])
def test_best_and_mean_of_each_number(measure: str, pick: object) -> None:
    sizes = by_size(FOUND, measure)
    assert [size.models for size in sizes] == [1, 2, 3]
    single_values = [subset.measures[measure] for subset in FOUND if len(subset.models) == 1]
    assert callable(pick)
    assert sizes[0].best.measures[measure] == pick(single_values)
    assert sizes[0].mean == pytest.approx(np.mean(single_values))
    assert sizes[2].best.measures[measure] == pytest.approx(sizes[2].mean)


def test_one_model_is_its_own_mean() -> None:
    (subset,) = subsets({"one": MEMBERS["one"]}, factories.ABOVE, factories.THRESHOLD)
    assert subset.measures["pearson"] == pytest.approx(pearson(scores_of(MEMBERS["one"]), ratings_of(MEMBERS["one"])))
