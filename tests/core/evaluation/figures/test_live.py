from __future__ import annotations

import pytest

from core.evaluation.figures.live import plot_live
from core.evaluation.schemas import Live
from tests import factories
from tests.core.evaluation.figures.figure_data import bars, ys


def test_a_group_a_load_a_colour_a_server() -> None:
    figure = plot_live(Live.model_validate(factories.live()))
    above, below = figure.axes
    assert bars(above, "height") == [30.0, 15.0], "plain echo analyses nothing"
    assert [label.get_text() for label in below.get_xticklabels()] == [
        "1 viewer\n640 x 480\n30 fps\n20 s",
        "2 viewers\n640 x 480\n30 fps\n20 s",
    ]
    echo, fairest = below.containers
    assert ys(echo[0]) == [40, 40]
    assert ys(fairest[0]) == [12, 12]
    assert fairest[2][0].get_segments()[0][:, 1] == pytest.approx([12, 24])
    assert below.get_yscale() == "log"
    assert [label.get_text() for label in figure.legends[0].get_texts()] == ["plain echo, no model", "Fairest"]
