from __future__ import annotations

import numpy as np

from core.evaluation.curves import Curve
from core.evaluation.figures.ranking import plot_precision_recall, plot_roc
from tests.core.evaluation.figures.figure_data import xy, ys

CURVE = Curve(np.array([0.0, 0.2, 1.0]), np.array([0.0, 0.9, 1.0]), 0.8765)


def test_roc_shows_the_curve_its_area_and_the_class() -> None:
    figure = plot_roc(CURVE, "50% & up_")
    (axes,) = figure.axes
    assert xy(axes.lines[1]) == [[0, 0], [0.2, 0.9], [1, 1]]
    assert axes.lines[1].get_label() == "AUC $0.876$"
    assert axes.get_title() == r"positive class: 50% & up$\_$"
    assert len(figure.legends[0].get_texts()) == 2


def test_precision_recall_shows_what_chance_gives() -> None:
    (axes,) = plot_precision_recall(CURVE, "up", 0.3).axes
    assert ys(axes.lines[0]) == [0.3, 0.3]
    assert axes.lines[1].get_label() == "average precision $0.876$"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("Recall", "Precision")
