from __future__ import annotations

from webapp.server.drain import EVERY, Drain


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_it_begins_once_and_ends_in_time() -> None:
    clock = Clock()
    drain = Drain(clock)
    assert (drain.begun, drain.left) == (False, 0.0)
    drain.begin(30)
    clock.now += 10
    drain.begin(30)
    assert (drain.begun, drain.left) == (True, 20.0)
    clock.now += 60
    assert drain.left == 0.0


def test_it_waits_no_longer_than_somebody_is_there() -> None:
    clock = Clock()
    drain = Drain(clock)
    drain.begin(30)
    drain.wait(lambda: clock.now < 105, clock.sleep)
    assert 105 <= clock.now <= 105 + EVERY


def test_it_waits_no_longer_than_it_may() -> None:
    clock = Clock()
    drain = Drain(clock)
    drain.begin(30)
    drain.wait(lambda: True, clock.sleep)
    assert 130 <= clock.now <= 130 + EVERY
