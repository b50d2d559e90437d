from __future__ import annotations

import pytest

from core.evaluation.subsets import subsets
from tests import factories
from tests.webapp.metrics.charts.charted import described, rows
from webapp.metrics.charts.subsets import subsets_chart

FOUND = subsets(
    {name: factories.rows(seed=seed) for seed, name in enumerate("abc")}, factories.ABOVE, factories.THRESHOLD
)


@pytest.mark.parametrize(("measure", "pick"), [("pearson", max), ("mae", min)])
def test_every_subset_is_a_point_and_lines_go_through_best_and_mean(measure: str, pick: object) -> None:
    chart = subsets_chart(FOUND, measure, "Title", str.upper, None)
    points = rows(chart, "models")
    assert len(points) == 7
    assert {row["models"] for row in points} >= {"A", "A, B", "A, B, C"}
    lines = {(row["line"], row["count"]): row["value"] for row in rows(chart, "line")}
    twos = [row["value"] for row in points if row["count"] == 2]
    assert callable(pick)
    assert lines["best", 2] == pick(twos)
    assert lines["on average", 2] == pytest.approx(sum(twos) / 3)


def test_the_choice_is_ringed() -> None:
    picked = FOUND[3]
    chart = subsets_chart(FOUND, "mae", "Error", str, picked)
    rings = rows(chart, "models")[7:]
    assert rings == [{"count": len(picked.models), "value": picked.measures["mae"], "models": ", ".join(picked.models)}]
    assert described(chart).startswith("Error when one to 3 models are averaged")
