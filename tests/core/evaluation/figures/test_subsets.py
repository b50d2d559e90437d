from __future__ import annotations

import pytest

from core.evaluation.figures.subsets import plot_subsets
from core.evaluation.subsets import subsets
from tests import factories
from tests.core.evaluation.figures.figure_data import scattered, xs, ys

FOUND = subsets(
    {name: factories.rows(seed=seed) for seed, name in enumerate("abc")}, factories.ABOVE, factories.THRESHOLD
)


def test_every_subset_is_a_point_and_the_best_of_each_number_on_the_line() -> None:
    correlation, error, accuracy = plot_subsets(FOUND).axes
    for axes, measure, pick in ((correlation, "pearson", max), (error, "mae", min), (accuracy, "accuracy", max)):
        (points,) = scattered(axes)
        assert len(points) == 7
        best, mean = axes.lines
        assert xs(best) == xs(mean) == [1, 2, 3]
        pair_values = [subset.measures[measure] for subset in FOUND if len(subset.models) == 2]
        assert ys(best)[1] == pytest.approx(pick(pair_values))
        assert ys(mean)[1] == pytest.approx(sum(pair_values) / 3)
