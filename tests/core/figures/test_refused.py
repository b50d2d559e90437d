from __future__ import annotations

import pytest

from core.evaluation.curves import interval
from core.evaluation.forms import GuardScores
from core.figures.refused import plot_refused_by_age
from tests import made
from tests.core.figures.drawn import ys


def test_each_guard_has_its_shares_and_their_intervals() -> None:
    guards = {
        "both": GuardScores.model_validate(made.guard_test()),
        "a_b": GuardScores.model_validate(made.guard_test(31)),
    }
    figure = plot_refused_by_age(guards)
    (axes,) = figure.axes
    line, _, (bars,) = axes.containers[0]
    assert ys(line) == [0.99, 0.7, 0.1]
    assert bars.get_segments()[1][:, 1] == pytest.approx(interval(0.7, 100))
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0 to 12", "18 to 20", "30 to 39"]
    labels = [label.get_text() for label in figure.legends[0].get_texts()]
    assert labels == ["both, refuses below $23.2$", r"a$\_$b, refuses below $31.0$"]
