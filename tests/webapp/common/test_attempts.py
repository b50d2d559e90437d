from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.common.attempts import BYTES_A_MINUTE, Attempts, Limiter, Pressure


def wrong(attempts: Attempts, times: int, now: float = 0.0, key: str = "a") -> float:
    """The wait after so many wrong tries, each made as soon as it may be; and none is counted before its time."""
    for _ in range(times):
        now += attempts.wait(key, now)
        attempts.failed(key, now)
    return attempts.wait(key, now)


@pytest.mark.parametrize(
    ("times", "wait"), [(0, 0), (1, 0), (4, 0), (5, 30), (6, 60), (7, 120), (11, 1920), (12, 3600)]
)
def test_five_are_free_then_the_wait_doubles_up_to_an_hour(times: int, wait: float) -> None:
    assert wrong(Attempts(), times) == wait


def test_the_wait_runs_down() -> None:
    attempts = Attempts()
    wrong(attempts, 5)
    assert [attempts.wait("a", now) for now in (0, 29, 30, 300)] == [30, 1, 0, 0]


def test_others_do_not_wait() -> None:
    attempts = Attempts()
    wrong(attempts, 9)
    assert attempts.wait("b", 0) == 0


def test_a_right_try_ends_it() -> None:
    attempts = Attempts()
    wrong(attempts, 7)
    attempts.forget("a")
    assert attempts.wait("a", 0) == 0
    assert wrong(attempts, 4) == 0
    attempts.forget("never seen")


def test_a_day_of_quiet_ends_it() -> None:
    attempts = Attempts()
    wrong(attempts, 5)
    attempts.failed("a", 86_399)
    assert attempts.wait("a", 86_399) == 60
    attempts.failed("a", 3 * 86_400)
    assert attempts.wait("a", 3 * 86_400) == 0


def test_very_many_tries_overflow_nothing() -> None:
    assert wrong(Attempts(), 3000) == 3600


def test_addresses_without_end_take_no_memory_without_end() -> None:
    attempts = Attempts(max_keys=100)
    wrong(attempts, 5, key="first")
    for number in range(1000):
        attempts.failed(str(number), number)
    assert len(attempts) == 100
    assert attempts.wait("first", 0) == 0


def test_a_minutes_worth_is_free_and_what_follows_waits_for_its_share() -> None:
    limiter = Limiter(60)
    assert [limiter.take("a", 0.0) for _ in range(60)] == [0.0] * 60
    assert limiter.take("a", 0.0) == pytest.approx(1.0)
    assert limiter.take("a", 0.5) == pytest.approx(0.5), "a refusal takes nothing"
    assert limiter.take("a", 1.0) == 0.0
    assert limiter.take("b", 1.0) == 0.0


def test_bytes_are_limited_too() -> None:
    limiter = Limiter(1000, size=6_000_000)
    assert limiter.take("a", 0.0, size=5_000_000) == 0.0
    assert limiter.take("a", 0.0, size=3_000_000) == pytest.approx(20.0)
    assert limiter.take("a", 0.0, size=1_000_000) == 0.0
    assert BYTES_A_MINUTE > 300 * 1_000_000, "pictures of 1 MB are limited by their number"


def test_more_than_a_minutes_worth_at_once_is_paid_for_afterwards() -> None:
    limiter = Limiter(10)
    assert limiter.take("a", 0.0, pictures=30) == 0.0
    assert limiter.take("a", 0.0) == pytest.approx(126.0)
    assert limiter.take("a", 119.0) == pytest.approx(7.0), "and it is not forgotten after a minute"
    assert limiter.take("a", 126.5) == 0.0


def test_clients_who_are_gone_are_forgotten() -> None:
    limiter = Limiter(10)
    for number in range(50):
        limiter.take(str(number), 0.0)
    assert len(limiter) == 50
    limiter.take("new", 61.0)
    assert len(limiter) == 1


def test_clients_without_end_take_no_memory_without_end() -> None:
    limiter = Limiter(10, max_keys=20)
    for number in range(1000):
        limiter.take(str(number), 0.0)
    assert len(limiter) == 20


@given(st.lists(st.tuples(st.floats(0, 20), st.integers(1, 5)), min_size=1, max_size=200))
def test_nobody_takes_more_than_the_bucket_and_what_flows_in(steps: list[tuple[float, int]]) -> None:
    limiter, now, taken = Limiter(30), 0.0, 0
    for pause, pictures in steps:
        now += pause
        wait = limiter.take("a", now, pictures=pictures)
        if wait:
            later = now + wait + 1e-6
            assert limiter.take("a", later, pictures=pictures) == 0.0, "after that wait it goes through"
            now = later
        taken += pictures
        assert taken <= 30 + now / 2 + 1e-3


def test_failures_of_all_slow_down_and_fade() -> None:
    pressure = Pressure(free=3, step=0.5, longest=2.0, memory=100)
    pauses = []
    for _ in range(9):
        pauses.append(pressure.pause(0))
        pressure.failed(0)
    assert pauses == pytest.approx([0, 0, 0, 0, 0.5, 1.0, 1.5, 2.0, 2.0])
    assert pressure.pause(0) == 2.0
    assert pressure.pause(100) == pytest.approx(0.5 * (9 / math.e - 3))
    assert pressure.pause(1000) == 0
    assert pressure.pause(-50) == 2.0, "a clock that is set back forgets nothing"
