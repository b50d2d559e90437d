from __future__ import annotations

import numpy as np
import pytest

from core.live.one_euro import OneEuro, share


def test_a_low_cutoff_takes_less_of_what_is_new() -> None:
    assert 0 < share(0.5, 1 / 30) < share(5.0, 1 / 30) < 1
    assert share(1.0, 0.2) > share(1.0, 0.1)


def test_noise_at_rest_is_halved_and_more() -> None:
    noise = np.random.default_rng(0).normal(0, 0.01, (300, 2))
    steady = OneEuro(rest=0.7, follow=4.0)
    filtered = np.array([steady(value, k / 30) for k, value in enumerate(noise)])
    assert filtered[60:].std() < 0.5 * noise[60:].std()


def test_a_quick_move_is_followed_within_a_tenth_of_a_second() -> None:
    steady = OneEuro(rest=0.7, follow=4.0)
    for k in range(60):
        steady(np.array([0.0]), k / 30)
    lags = [k / 30 - float(steady(np.array([k / 30]), 2 + k / 30)[0]) for k in range(1, 40)]
    assert lags[-1] < 0.1


def test_it_expects_a_value_to_keep_its_speed() -> None:
    steady = OneEuro(rest=30.0, follow=100.0, speed=30.0)
    for k in range(60):
        steady(np.array([k / 30]), k / 30)
    assert float(steady.at(59 / 30 + 0.1)[0]) == pytest.approx(59 / 30 + 0.1, abs=0.02)
    assert float(steady.at(0.0)[0]) == pytest.approx(59 / 30, abs=0.02)


def test_the_same_moment_twice_changes_nothing() -> None:
    steady = OneEuro(1.0, 1.0)
    first = steady(np.array([1.0]), 5.0)
    assert steady(np.array([9.0]), 5.0) == first
    with pytest.raises(ValueError, match="expected a value"):
        OneEuro(1.0, 1.0).at(1.0)


def test_the_speed_is_that_of_the_values() -> None:
    steady = OneEuro(rest=0.7, follow=4.0)
    assert len(steady.speed) == 0
    for k in range(90):
        steady(np.array([2.0 * k / 30, 5.0]), k / 30)
    assert steady.speed == pytest.approx([2.0, 0.0], abs=0.05)
