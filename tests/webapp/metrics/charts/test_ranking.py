from __future__ import annotations

import numpy as np

from core.evaluation.curves import Curve
from tests.webapp.metrics.charts.charted import described, rows, titles
from webapp.metrics.charts.ranking import precision_recall_chart, roc_chart

CURVE = Curve(np.array([0.0, 0.2, 1.0]), np.array([0.0, 0.9, 1.0]), 0.8765)


def test_roc_has_its_points_in_order_and_chance() -> None:
    chart = roc_chart(CURVE)
    points = [(row["x"], row["y"]) for row in rows(chart, "order")]
    assert points == [(0.0, 0.0), (0.2, 0.9), (1.0, 1.0)]
    assert [(row["x"], row["y"]) for row in rows(chart, "x") if "order" not in row] == [(0, 0), (1, 1)]
    assert described(chart) == "ROC curve; the area under it is 0.876."
    assert {"False positive rate", "True positive rate"} <= titles(chart)


def test_precision_recall_has_what_chance_gives() -> None:
    chart = precision_recall_chart(CURVE, 0.3)
    assert [row["y"] for row in rows(chart, "x") if "order" not in row] == [0.3, 0.3]
    assert described(chart).endswith("the average precision is 0.876.")
    assert {"Recall", "Precision"} <= titles(chart)
