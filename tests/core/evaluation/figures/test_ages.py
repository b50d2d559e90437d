from __future__ import annotations

import pytest

from core.errors import ReportError
from core.evaluation.curves import wilson_interval
from core.evaluation.figures.ages import plot_by_turn, plot_years_off
from core.evaluation.guard_schemas import GuardScores, Turns
from tests import factories
from tests.core.evaluation.figures.figure_data import xs, ys


def test_years_off_and_their_sign_are_drawn_by_age() -> None:
    scores = GuardScores.model_validate(factories.guard_test())
    figure = plot_years_off({"utkface": scores, "aaf": scores})
    distance, signed = figure.axes
    assert [ys(line) for line in distance.lines] == [[3.0, 6.0]] * 2
    assert [ys(line) for line in signed.lines[:2]] == [[2.0, -1.0]] * 2
    assert [label.get_text() for label in signed.get_xticklabels()] == ["0 to 12", "30 to 39"]
    assert [label.get_text() for label in figure.legends[0].get_texts()] == ["UTKFace", "All-Age-Faces"]


def test_without_labelled_years_nothing_is_off() -> None:
    with pytest.raises(ReportError, match="labelled with ages in years"):
        plot_years_off({})


def test_turned_faces_without_adults_have_no_share() -> None:
    distance, refused = plot_by_turn(Turns.model_validate(factories.guard_report()["turns"])).axes
    assert ys(distance.lines[0]) == [4.0, 4.0]
    line, _, (bars,) = refused.containers[0]
    assert (xs(line), ys(line)) == ([0], [0.1])
    assert bars.get_segments()[0][:, 1] == pytest.approx(wilson_interval(0.1, 20))
    assert [label.get_text() for label in refused.get_xticklabels()] == ["$0.00$ to $0.05$", "$0.30$ on"]
