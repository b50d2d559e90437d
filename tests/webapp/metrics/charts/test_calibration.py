from __future__ import annotations

import numpy as np
import pytest

from core.evaluation.curves import reliability_diagram, wilson_interval
from tests.webapp.metrics.charts.charted import column, described, rows
from webapp.metrics.charts.calibration import confidence_chart, reliability_chart

FOUND = reliability_diagram(np.array([True, False, True, True]), np.array([0.52, 0.54, 0.93, 0.95]))


def test_points_are_the_bins_that_hold_faces() -> None:
    points = rows(reliability_chart(FOUND), "faces")
    assert [row["said"] for row in points] == pytest.approx([0.53, 0.93, 0.95])
    assert [row["right"] for row in points] == [0.5, 1.0, 1.0]
    assert (points[0]["low"], points[0]["high"]) == pytest.approx(wilson_interval(0.5, 2))
    assert "0.045" in described(reliability_chart(FOUND))


def test_bars_are_the_faces_of_all_bins() -> None:
    chart = confidence_chart(FOUND)
    assert column(chart, "faces") == [2, 0, 0, 0, 0, 0, 0, 0, 1, 1]
    assert "4 faces" in described(chart)
