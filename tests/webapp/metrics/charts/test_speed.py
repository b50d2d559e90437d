from __future__ import annotations

from core.evaluation.schemas import Timing
from tests.webapp.metrics.charts.charted import described, rows, spec, titles
from webapp.metrics.charts.speed import speed_chart


def timing(median: float) -> Timing:
    return Timing(median=median, p5=0.9 * median, p95=1.2 * median)


def test_bars_are_medians_the_fastest_of_each_group_first() -> None:
    groups = {"find": {"slow": timing(30), "quick": timing(5)}, "rate": {"small": timing(0.5)}}
    chart = speed_chart(groups, "Milliseconds")
    assert [(row["name"], row["group"], row["ms"]) for row in rows(chart, "ms")] == [
        ("quick", "find", 5),
        ("slow", "find", 30),
        ("small", "rate", 0.5),
    ]
    assert rows(chart, "ms")[1]["high"] == 36
    assert described(chart) == "Median milliseconds: quick 5.0, slow 30.0, small 0.5."
    assert "Milliseconds" in titles(chart)


def test_one_group_needs_no_legend() -> None:
    assert '"legend": null' in spec(speed_chart({"": {"core": timing(7)}}, "ms"))
