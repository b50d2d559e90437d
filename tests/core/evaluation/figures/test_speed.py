from __future__ import annotations

from typing import Any

import pytest

from core.evaluation.figures.speed import plot_speed
from core.evaluation.schemas import Speed
from tests import factories
from tests.core.evaluation.figures.figure_data import bars


def drawn(report: dict[str, Any]) -> Any:
    return plot_speed(Speed.model_validate(report), {"finder": "The finder", "rater": "The rater_"})


def test_models_and_runtimes_are_bars_of_their_medians() -> None:
    figure = drawn(factories.speed())
    finding, rating, runtimes = figure.axes
    assert [axes.get_title(loc="left") for axes in figure.axes] == [
        "Finding the faces",
        "Rating a face",
        "Both, other runtimes",
    ]
    assert bars(finding, "width") == [6.0]
    assert bars(rating, "width") == [3.0, 18.0]
    assert [label.get_text() for label in rating.get_yticklabels()] == [r"The rater$\_$", "other"]
    assert [text.get_text() for text in runtimes.texts] == ["$7.0$", "$120.0$"]
    assert figure.get_supxlabel() == "Milliseconds a picture of 640 x 480,\nmedian of 20, 2 threads"


def test_the_lines_go_from_the_5th_to_the_95th_percentile() -> None:
    _, _, (line,) = drawn(factories.speed()).axes[1].containers[1]
    assert line.get_segments()[1][:, 0] == pytest.approx([0.9 * 18, 1.2 * 18])


def test_without_models_the_runtimes_are_drawn_alone() -> None:
    report = factories.speed()
    report["stages"] = {"resize": report["stages"]["resize"]}
    assert len(drawn(report).axes) == 1
