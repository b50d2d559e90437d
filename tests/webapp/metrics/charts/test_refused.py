from __future__ import annotations

import pytest

from core.evaluation.curves import wilson_interval
from core.evaluation.guard_schemas import GuardScores
from tests import factories
from tests.webapp.metrics.charts.charted import described, rows, spec
from webapp.metrics.charts.refused import adults_chart, refused_chart, tradeoff_chart


def guard(exact: bool = True) -> GuardScores:
    return GuardScores.model_validate(factories.guard_test(exact))


def test_each_set_has_its_shares_and_intervals_by_age() -> None:
    chart = refused_chart({"one": guard(), "other": guard()})
    records = rows(chart, "series")
    assert [row["series"] for row in records] == ["one"] * 3 + ["other"] * 3
    assert [row["age"] for row in records[:3]] == ["0–12", "18–20", "30–39"]
    assert (records[1]["low"], records[1]["high"]) == pytest.approx(wilson_interval(0.7, 100))
    assert described(chart) == "Share of faces refused at each age, from 0–12 to 30–39 years."
    assert "title" not in chart.to_dict()


def test_ages_stand_in_their_order_and_a_set_alone_is_named() -> None:
    scores = factories.guard_test(exact=False)
    reversed_scores = scores | {"by_age": dict(reversed(scores["by_age"].items()))}
    chart = refused_chart({"decades": GuardScores.model_validate(reversed_scores)})
    assert '"sort": ["0–12", "10–19", "30–39"]' in spec(chart)
    assert chart.to_dict()["title"]["text"] == "decades"


def test_adults_are_reported_by_race_and_gender() -> None:
    chart = adults_chart(guard(), "A set", str.upper)
    records = rows(chart, "race")
    assert [(row["race"], row["gender"], row["refused"]) for row in records] == [
        ("BLACK", "FEMALE", 0.2),
        ("BLACK", "MALE", 0.1),
        ("ASIAN", "FEMALE", 0.3),
        ("ASIAN", "MALE", 0.2),
    ]
    assert (records[0]["low"], records[0]["high"]) == pytest.approx(wilson_interval(0.2, 100))
    assert "differ by up to 20.0 percentage points" in described(chart)
    assert chart.to_dict()["title"]["text"] == "A set"


def test_the_curve_has_a_ring_where_the_guard_stands() -> None:
    chart = tradeoff_chart({"one": guard()})
    curve, ring = rows(chart, "passed")[:2], rows(chart, "passed")[2:]
    assert [(row["passed"], row["refused"]) for row in curve] == [(0.0, 0.5), (0.1, 0.05)]
    assert [(row["passed"], row["refused"]) for row in ring] == [(pytest.approx(0.03), pytest.approx(0.2))]
    assert described(chart).endswith("for one.")
