from __future__ import annotations

import math

import numpy as np
import pytest

from core.live.stabilize import HOLD_SECONDS, MARGIN, SteadyRating


def rated(values: list[float], threshold: float = 3.0) -> list[tuple[float, bool]]:
    steady = SteadyRating(threshold)
    shown = []
    for k, value in enumerate(values):
        steady.add(value, k / 30)
        shown.append((steady.value, steady.above))
    return shown


def test_a_rating_is_smoothed() -> None:
    noise = 3.5 + np.random.default_rng(0).normal(0, 0.2, 300)
    values = [value for value, _ in rated(list(noise))]
    assert np.std(values[60:]) < 0.4 * noise.std()
    assert values[-1] == pytest.approx(3.5, abs=0.1)


def test_a_label_does_not_flicker_at_the_threshold() -> None:
    noise = 3.0 + np.random.default_rng(2).normal(0, 0.15, 900)
    assert len({above for _, above in rated(list(noise))}) == 1


def test_a_real_change_moves_the_label_once_after_its_time() -> None:
    sides = [above for _, above in rated([3.4] * 60 + [2.6] * 90)]
    changes = [k for k in range(1, len(sides)) if sides[k] != sides[k - 1]]
    assert len(changes) == 1
    assert changes[0] / 30 >= 2 + HOLD_SECONDS
    assert sides[-1] is False


def test_a_glimpse_beyond_the_margin_does_not_count() -> None:
    steady = SteadyRating(3.0)
    assert math.isnan(steady.value)
    steady.add(3.0 + 2 * MARGIN, 0.0)
    for k in range(1, 40):
        steady.add(2.0 if k % 20 < 10 else 4.0, k * 0.1)
    assert steady.above
