from __future__ import annotations

import io

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from core.evaluation.figures.confusion import plot_confusion_matrix
from core.evaluation.figures.style import apply_style

COUNTS = np.array([[30, 10], [5, 0]])


def written(normalised: bool) -> dict[tuple[float, float], str]:
    (axes,) = plot_confusion_matrix(COUNTS, ["low", "high"], normalised).axes
    return {cell.get_position(): cell.get_text() for cell in axes.texts}


def test_cells_hold_counts_or_percents_of_their_row() -> None:
    with apply_style(latex=False):
        assert written(normalised=False) == {(0, 0): "30", (1, 0): "10", (0, 1): "5", (1, 1): "0"}
        assert written(normalised=True) == {(0, 0): "75.0 %", (1, 0): "25.0 %", (0, 1): "100.0 %", (1, 1): "0.0 %"}


def test_a_class_without_faces_has_no_percents() -> None:
    counts = np.array([[4, 0], [0, 0]])
    with apply_style(latex=False):
        (axes,) = plot_confusion_matrix(counts, ["low", "high"], normalised=True).axes
        assert [cell.get_text() for cell in axes.texts] == ["100.0 %", "0.0 %", "--", "--"]


def test_dark_cells_have_light_numbers() -> None:
    with apply_style(latex=False):
        (axes,) = plot_confusion_matrix(COUNTS, ["low", "high"]).axes
        assert [cell.get_color() for cell in axes.texts] == ["white", "black", "black", "black"]


def test_long_names_stay_inside_the_figure_and_apart() -> None:
    with apply_style(latex=False):
        figure = plot_confusion_matrix(COUNTS, ["extraordinarily_" + "x" * 8, "w" * 24])
        figure.savefig(io.BytesIO(), format="png")
        renderer = FigureCanvasAgg(figure).get_renderer()
        (axes,) = figure.axes
        first, second = (label.get_window_extent(renderer) for label in axes.get_xticklabels())
        assert first.x1 < second.x0
        for label in (*axes.get_yticklabels(), axes.xaxis.label, axes.yaxis.label):
            extent = label.get_window_extent(renderer)
            assert extent.x0 >= 0
            assert extent.y0 >= 0
            assert extent.x1 <= figure.bbox.x1


def test_counts_and_names_must_fit() -> None:
    with pytest.raises(ValueError, match=r"expected counts of shape \(3, 3\); received \(2, 2\)"):
        plot_confusion_matrix(COUNTS, ["a", "b", "c"])
