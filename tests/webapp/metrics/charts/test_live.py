from __future__ import annotations

from core.evaluation.schemas import Live
from tests import factories
from tests.webapp.metrics.charts.charted import described, rows, spec
from webapp.metrics.charts.live import analysed_chart, latency_chart

LOADS = Live.model_validate(factories.live()).root


def test_bars_are_the_mean_frames_of_those_that_analyse() -> None:
    bars = [(row["load"][:1], row["server"], row["fps"]) for row in rows(analysed_chart(LOADS), "fps")]
    assert bars == [("1", "fairest", 30.0), ("2", "fairest", 15.0)]


def test_where_nobody_analyses_there_are_no_bars() -> None:
    alone = {name: {"echo": servers["echo"]} for name, servers in LOADS.items()}
    assert rows(analysed_chart(alone), "fps") == []


def test_latency_goes_from_the_median_to_the_95th_percentile() -> None:
    chart = latency_chart(LOADS)
    ranges = [(row["server"], row["p50"], row["p95"]) for row in rows(chart, "p50")]
    assert ranges == [("echo", 40, 80), ("fairest", 12, 24)] * 2
    assert '"type": "log"' in spec(chart)
    assert described(chart).startswith("Median and 95th percentile")
