from __future__ import annotations

import numpy as np
import pytest

from core.face import Box
from core.images.crop import square_around
from core.models.ages import OLDEST, YEARS, AgeReading, expected_age, mean_reading, reading_of, shares_of, wide_window


def test_the_mean_of_a_distribution() -> None:
    shares = np.zeros(OLDEST + 1)
    shares[[20, 30]] = 0.25, 0.75
    assert expected_age(shares) == pytest.approx(27.5)
    assert expected_age(2 * shares) == pytest.approx(27.5)
    assert expected_age(np.zeros(OLDEST + 1)) == 0
    assert (YEARS[0], YEARS[-1]) == (0, OLDEST)


def test_a_reading_is_the_mean_and_the_share_below_18() -> None:
    shares = np.zeros(OLDEST + 1)
    shares[[17, 18, 30]] = 0.25, 0.25, 0.5
    for scale in (1.0, 3.0):
        reading = reading_of(scale * shares)
        assert [reading.age, reading.minor] == pytest.approx([23.75, 0.25])
    assert reading_of(np.zeros(OLDEST + 1)) == AgeReading(0.0, 1.0), "who knows nothing lets nobody pass"


def test_a_mean_of_readings_is_the_reading_of_the_mean() -> None:
    rng = np.random.default_rng(0)
    shares = rng.dirichlet(np.full(OLDEST + 1, 0.1), 5)
    mean_of_readings, reading_of_mean = (
        mean_reading([reading_of(distribution) for distribution in shares]),
        reading_of(shares.mean(axis=0)),
    )
    assert [mean_of_readings.age, mean_of_readings.minor] == pytest.approx([reading_of_mean.age, reading_of_mean.minor])
    with pytest.raises(ValueError, match="received none"):
        mean_reading([])


def test_windows_are_square_and_hold_the_box() -> None:
    box = Box(50, 50, 70, 100)
    for window in (wide_window(box), square_around(box, 1.15, 0.06)):
        assert window.w == window.h
        assert window.intersection(box) > 0.9 * box.area
    assert wide_window(box).cy > box.cy


def test_logits_become_shares_however_large() -> None:
    logits = np.log(np.linspace(1, 3, 101, dtype=np.float32))
    assert np.allclose(shares_of(logits + 500), np.linspace(1, 3, 101) / np.linspace(1, 3, 101).sum(), rtol=1e-4)
    assert shares_of(logits).sum() == pytest.approx(1)
