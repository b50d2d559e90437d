from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from core.evaluation.figures.shares import plot_accuracy_within, plot_overlap_by_set
from core.evaluation.schemas import Accuracies, Overlaps
from tests.core.evaluation.figures.figure_data import bars, xs
from tests.factories import classifier_test, detector_test


def names(axes: Any) -> list[str]:
    return [label.get_text() for label in axes.get_yticklabels()]


def test_each_bar_has_its_share_and_its_number() -> None:
    sources, groups = plot_accuracy_within(Accuracies.model_validate(classifier_test())).axes
    assert bars(sources, "width") == [0.9, 0.8]
    assert names(sources) == ["lab ($n = 40$)", "web ($n = 40$)"]
    assert [text.get_text() for text in groups.texts] == ["85.0 %"]


def test_the_source_alone_is_a_line_in_both() -> None:
    figure = plot_accuracy_within(Accuracies.model_validate(classifier_test()))
    for axes in figure.axes:
        (line,) = [line for line in axes.lines if line.get_label() == "the source alone"]
        assert xs(line) == [0.75, 0.75]
    assert "75.0 %" in figure.legends[0].get_texts()[0].get_text()


def test_bars_at_the_ends_have_intervals_too() -> None:
    extremes = {"all": {"pictures": 3, "accuracy": 1.0}, "none": {"pictures": 3, "accuracy": 0.0}}
    figure = plot_accuracy_within(Accuracies.model_validate(classifier_test() | {"by_source": extremes}))
    assert bars(figure.axes[0], "width") == [1.0, 0.0]


def test_a_detector_has_a_bar_for_each_set() -> None:
    (axes,) = plot_overlap_by_set(Overlaps.model_validate(detector_test())).axes
    assert bars(axes, "width") == [0.96]
    assert names(axes) == ["fddb ($n = 50$)"]


def test_an_accuracy_above_one_is_refused() -> None:
    with pytest.raises(ValidationError):
        Accuracies.model_validate(classifier_test() | {"by_group": {"AF": {"pictures": 3, "accuracy": 1.2}}})
