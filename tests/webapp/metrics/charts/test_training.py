from __future__ import annotations

import numpy as np
import pytest

from core.errors import ReportError
from core.evaluation.history import History
from tests.webapp.metrics.charts.charted import column, described, rows, spec, titles
from webapp.metrics.charts.training import loss_chart, quality_chart

LOG: History = {
    "epoch": np.array([0.0, 1.0, 2.0]),
    "loss": np.array([3.0, 2.0, 1.0]),
    "val_loss": np.array([4.0, np.nan, 2.0]),
    "pearson": np.array([0.1, 0.2, 0.3]),
    "val_pearson": np.array([0.2, 0.5, 0.4]),
}


def test_curves_have_a_line_a_part_from_epoch_1() -> None:
    points = {(row["epoch"], row["part"], row["value"]) for row in rows(loss_chart(LOG), "part")}
    training = {(1, "training", 3.0), (2, "training", 2.0), (3, "training", 1.0)}
    assert points == training | {(1, "validation", 4.0), (3, "validation", 2.0)}


def test_the_epoch_kept_is_marked_and_told() -> None:
    chart = quality_chart(LOG)
    assert [row for row in rows(chart, "epoch") if "part" not in row] == [{"epoch": 2.0}]
    assert described(chart) == "Pearson correlation after each epoch; epoch 2 was kept."
    unmeasured = LOG | {"val_pearson": np.full(3, np.nan)}
    assert described(quality_chart(unmeasured)) == "Pearson correlation after each epoch."


def test_losses_are_logarithmic_where_they_can_be() -> None:
    assert '"type": "log"' in spec(loss_chart(LOG))
    assert "Loss (logarithmic)" in titles(loss_chart(LOG))
    negative = LOG | {"loss": np.array([3.0, 0.0, -1.0])}
    assert '"type": "log"' not in spec(loss_chart(negative))
    assert "Loss" in titles(loss_chart(negative))


def test_a_guard_has_its_own_measure_and_a_log_may_lack_validation() -> None:
    log = {"epoch": np.arange(2.0), "loss": np.array([2.0, 1.0]), "years_off": np.array([9.0, 5.0])}
    chart = quality_chart(log)
    assert "Age error, years" in titles(chart)
    assert set(column(chart, "part")) == {"training"}


def test_a_log_of_gaps_is_drawn_empty() -> None:
    gaps = LOG | dict.fromkeys(("loss", "val_loss"), np.array([np.nan, np.inf, np.nan]))
    assert column(loss_chart(gaps), "part") == []


def test_a_log_without_a_measure_gets_a_sentence() -> None:
    for draw in (loss_chart, quality_chart):
        with pytest.raises(ReportError, match="expected columns loss"):
            draw({"epoch": np.arange(2.0)})
