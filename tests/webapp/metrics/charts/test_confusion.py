from __future__ import annotations

import numpy as np

from tests.webapp.metrics.charts.charted import described, rows, spec
from webapp.metrics.charts.confusion import confusion_chart


def test_rows_are_the_panels_and_have_their_shares() -> None:
    chart = confusion_chart(np.array([[5, 1], [2, 6]]), ["Ugly", "Sexy"])
    cells = {(row["panel"], row["model"]): (row["faces"], row["percent"]) for row in rows(chart, "faces")}
    assert cells == {
        ("Ugly", "Ugly"): (5, "83.3 %"),
        ("Ugly", "Sexy"): (1, "16.7 %"),
        ("Sexy", "Ugly"): (2, "25.0 %"),
        ("Sexy", "Sexy"): (6, "75.0 %"),
    }
    assert described(chart) == "Confusion matrix: 11 of 14 faces get the panel's label."


def test_a_class_without_faces_has_no_shares() -> None:
    chart = confusion_chart(np.array([[5, 1], [0, 0]]), ["a", "b"])
    assert [row["percent"] for row in rows(chart, "faces")] == ["83.3 %", "16.7 %", "–", "–"]
    assert "NaN" not in spec(chart)
