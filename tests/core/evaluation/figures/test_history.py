from __future__ import annotations

import numpy as np
import pytest

from core.errors import ReportError
from core.evaluation.figures.history import plot_history
from tests.core.evaluation.figures.figure_data import xs, xy

LOG = {
    "epoch": np.arange(3.0),
    "loss": np.array([9.0, 1.0, 0.5]),
    "val_loss": np.array([1.0, 0.6, 0.7]),
    "pearson": np.array([0.2, 0.5, 0.6]),
    "val_pearson": np.array([0.3, 0.6, 0.4]),
}


def test_both_lines_of_both_measures_are_drawn_from_epoch_1() -> None:
    above, below = plot_history(LOG).axes
    lines = {line.get_label(): xy(line) for line in above.lines}
    assert lines["training"] == [[1, 9], [2, 1], [3, 0.5]]
    assert lines["validation"] == [[1, 1], [2, 0.6], [3, 0.7]]
    assert xy(below.lines[1]) == [[1, 0.3], [2, 0.6], [3, 0.4]]
    assert below.get_ylabel() == "Pearson correlation"
    assert above.get_yscale() == "log"


def test_the_best_epoch_is_that_of_the_validation_pictures() -> None:
    _, below = plot_history(LOG).axes
    assert below.get_xlabel() == "Epoch (kept: 2, $0.600$)"
    assert xs(below.lines[-1]) == [2, 2]


def test_a_detector_has_its_own_measure_and_may_lack_validation() -> None:
    log = {"epoch": np.arange(2.0), "loss": np.array([2.0, 1.0]), "box_iou": np.array([0.3, 0.5])}
    _, below = plot_history(log).axes
    assert below.get_ylabel() == "Mean IoU"
    assert [line.get_label() for line in below.lines][:1] == ["training"]
    assert "kept: 2" in below.get_xlabel()


def test_losses_below_zero_and_gaps_are_drawn_too() -> None:
    gaps: dict[str, np.ndarray] = {"loss": np.array([1.0, -1.0, np.nan]), "val_pearson": np.full(3, np.nan)}
    log = LOG | gaps
    above, below = plot_history(log).axes
    assert above.get_yscale() == "linear"
    assert below.get_xlabel() == "Epoch"
    assert plot_history(LOG | dict.fromkeys(("loss", "val_loss"), np.full(3, np.nan))).axes[0].get_yscale() == "linear"


def test_a_log_without_the_columns_gets_a_sentence() -> None:
    with pytest.raises(ReportError, match="expected columns loss and one of pearson"):
        plot_history({"epoch": np.arange(2.0), "loss": np.ones(2)})
