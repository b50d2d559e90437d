from __future__ import annotations

from core.evaluation.schemas import Detectors
from tests import factories
from tests.webapp.metrics.charts.charted import described, rows
from webapp.metrics.charts.sizes import ap_by_size_chart


def test_a_detector_is_a_line_over_the_sizes() -> None:
    chart = ap_by_size_chart(Detectors.model_validate(factories.detectors()), str.upper)
    points = [(row["detector"], row["size"], row["ap"]) for row in rows(chart, "ap")]
    assert points == [
        ("The finder", "BELOW 16", 0.6),
        ("The finder", "96 AND MORE", 0.9),
        ("Other", "BELOW 16", 0.1),
        ("Other", "96 AND MORE", 0.8),
    ]
    assert described(chart).endswith("for The finder, Other.")
