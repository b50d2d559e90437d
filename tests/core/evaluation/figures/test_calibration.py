from __future__ import annotations

import numpy as np
import pytest

from core.evaluation.curves import reliability_diagram
from core.evaluation.figures.calibration import plot_calibration
from tests.core.evaluation.figures.figure_data import bars, xy

PROBABILITY = np.array([0.52, 0.54, 0.93, 0.93, 0.93, 0.93])
RIGHT = np.array([True, False, True, True, True, False])


def test_points_bars_and_the_error_are_those_of_the_data() -> None:
    above, below = plot_calibration(reliability_diagram(RIGHT, PROBABILITY)).axes
    assert np.array(xy(above.lines[1])) == pytest.approx(np.array([[0.53, 0.5], [0.93, 0.75]]))
    assert bars(below, "height") == [2, 0, 0, 0, 0, 0, 0, 0, 4, 0]
    assert [label.get_text() for label in below.texts] == ["2", "0", "0", "0", "0", "0", "0", "0", "4", "0"]
    assert above.get_title() == "expected calibration error $0.130$"


def test_intervals_stay_inside_the_axes() -> None:
    above, _ = plot_calibration(reliability_diagram(np.array([False]), np.array([0.99]))).axes
    assert above.get_ylim()[0] < 0
