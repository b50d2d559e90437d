from __future__ import annotations

import pytest

from core.evaluation.curves import wilson_interval
from core.evaluation.guard_schemas import GuardScores, Turns
from tests import factories
from tests.webapp.metrics.charts.charted import described, rows
from webapp.metrics.charts.ages import by_turn_charts, years_off_charts


def test_years_off_and_their_sign_are_shown_by_age() -> None:
    charts = years_off_charts({"one": GuardScores.model_validate(factories.guard_test())})
    assert len(charts) == 2
    for chart in charts:
        assert [(row["age"], row["off"], row["bias"]) for row in rows(chart, "series")] == [
            ("0–12", 3.0, 2.0),
            ("30–39", 6.0, -1.0),
        ]
        assert described(chart).endswith("from 0–12 to 30–39.")
    assert described(charts[0]) != described(charts[1])


def test_turned_faces_without_adults_have_no_share() -> None:
    turns = factories.guard_report()["turns"]
    off_chart, refused_chart = by_turn_charts(Turns.model_validate(turns))
    assert [(row["turn"], row["off"]) for row in rows(off_chart, "off")] == [("0–0.05", 4.0), ("0.3 and more", 4.0)]
    (row,) = rows(refused_chart, "refused")
    assert (row["turn"], row["refused"]) == ("0–0.05", 0.1)
    assert (row["low"], row["high"]) == pytest.approx(wilson_interval(0.1, 20))
    assert len(by_turn_charts(Turns.model_validate(turns[1:]))) == 1, "no adult at all, no chart of them"
