from __future__ import annotations

import numpy as np
import pytest

from core.ages import OLDEST, YEARS, expected_age, wide_window
from core.crop import square_around
from core.face import Box


def test_the_mean_of_a_distribution() -> None:
    shares = np.zeros(OLDEST + 1)
    shares[[20, 30]] = 0.25, 0.75
    assert expected_age(shares) == pytest.approx(27.5)
    assert expected_age(2 * shares) == pytest.approx(27.5)
    assert expected_age(np.zeros(OLDEST + 1)) == 0
    assert (YEARS[0], YEARS[-1]) == (0, OLDEST)


def test_windows_are_square_and_hold_the_box() -> None:
    box = Box(50, 50, 70, 100)
    for window in (wide_window(box), square_around(box, 1.15, 0.06)):
        assert window.w == window.h
        assert window.intersection(box) > 0.9 * box.area
    assert wide_window(box).cy > box.cy
