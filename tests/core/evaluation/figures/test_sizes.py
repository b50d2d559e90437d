from __future__ import annotations

from core.evaluation.figures.sizes import plot_ap_by_size
from core.evaluation.schemas import Detectors
from tests import factories
from tests.core.evaluation.figures.figure_data import xy


def test_a_detector_is_a_line_over_the_sizes() -> None:
    figure = plot_ap_by_size(Detectors.model_validate(factories.detectors()))
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_xticklabels()] == ["below 16", "96 and\nmore"]
    assert [xy(line) for line in axes.lines] == [[[0, 0.6], [1, 0.9]], [[0, 0.1], [1, 0.8]]]
    assert [label.get_text() for label in figure.legends[0].get_texts()] == ["The finder", "Other"]


def test_a_size_that_one_lacks_is_left_out_of_its_line() -> None:
    report = factories.detectors()
    del report["Other"]["by_size"]["below 16"]
    (axes,) = plot_ap_by_size(Detectors.model_validate(report)).axes
    assert xy(axes.lines[1]) == [[1, 0.8]]
