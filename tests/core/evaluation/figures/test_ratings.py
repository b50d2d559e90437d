from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.evaluation.figures.ratings import bin_edges, mean_by_bin, plot_predicted, plot_residuals
from tests.core.evaluation.figures.figure_data import bars, scattered, xy
from tests.factories import rows


def test_every_face_is_a_point_of_its_group() -> None:
    figure = plot_predicted(rows(30), 2.5)
    (axes,) = figure.axes
    assert [len(points) for points in scattered(axes)] == [20, 10]
    labels = [label.get_text() for label in figure.legends[0].get_texts()]
    assert labels == ["AF ($n = 20$)", "CM ($n = 10$)"]
    first = rows(30)[0]
    assert scattered(axes)[1][0] == pytest.approx([first.score, first.rating])


def test_perfect_ratings_lie_on_the_identity() -> None:
    perfect = [replace(row, rating=row.score) for row in rows(20)]
    (axes,) = plot_predicted(perfect, None).axes
    assert axes.get_title() == "Pearson $1.000$, mean absolute error $0.000$"
    assert xy(axes.lines[0]) == [[1, 1], [5, 5]]
    assert len(axes.lines) == 1, "no line between classes that are unknown"


def test_residuals_are_predicted_minus_true() -> None:
    high = [replace(row, rating=row.score + 0.25) for row in rows(40)]
    above, below = plot_residuals(high).axes
    assert above.get_title() == "mean $0.250$, standard deviation $0.000$"
    assert sum(bars(above, "height")) == 40
    assert scattered(below)[0][:, 1] == pytest.approx(np.full(40, 0.25))


def test_means_are_taken_where_there_are_enough_points() -> None:
    middles, means = mean_by_bin(np.array([1.1, 1.2, 1.2, 3.0]), np.array([1.0, 2.0, 3.0, 9.0]), 0.25, min_count=3)
    assert middles.tolist() == [1.125]
    assert means.tolist() == [2.0]


def test_bins_are_a_tenth_wide_and_hold_all_values() -> None:
    assert bin_edges(np.array([-0.31, 0.0, 0.12])) == pytest.approx([-0.35, -0.25, -0.15, -0.05, 0.05, 0.15])
    for values in (np.zeros(3), np.array([-0.25, 0.25]), np.array([0.349, 0.351])):
        edges = bin_edges(values)
        assert edges[0] <= values.min()
        assert values.max() < edges[-1]
