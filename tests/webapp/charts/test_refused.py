from __future__ import annotations

import pytest

from core.evaluation.curves import interval
from core.evaluation.forms import GuardScores
from tests import made
from tests.webapp.charts.charted import described, rows
from webapp.charts.refused import refused_chart


def test_each_guard_has_its_shares_and_intervals_by_age() -> None:
    guard = GuardScores.model_validate(made.guard_test())
    chart = refused_chart({"both": guard, "one alone": guard})
    found = rows(chart, "guard")
    assert [row["guard"] for row in found] == ["both"] * 3 + ["one alone"] * 3
    assert [row["age"] for row in found[:3]] == ["0–12", "18–20", "30–39"]
    assert (found[1]["low"], found[1]["high"]) == pytest.approx(interval(0.7, 100))
    assert described(chart) == "Share of faces refused at each age, from 0–12 to 30–39 years."
