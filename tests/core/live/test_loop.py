from __future__ import annotations

import threading

import pytest

from core.live.loop import TOLD, Loop
from tests.patience import PATIENCE, until


class Rounds:
    """Waits to be let, and fails as told."""

    def __init__(self) -> None:
        self.let = threading.Semaphore(0)
        self.error: BaseException | None = None
        self.done = 0

    def __call__(self) -> None:
        self.let.acquire()
        error, self.error = self.error, None
        self.done += 1
        if error is not None:
            raise error


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("error", [RuntimeError("x"), MemoryError(), SystemExit(1), KeyboardInterrupt()])
def test_an_error_is_logged_shows_and_ends_nothing(error: BaseException, caplog: pytest.LogCaptureFixture) -> None:
    rounds, clock = Rounds(), Clock()
    loop = Loop("any", rounds, rest=0.0, clock=clock)
    assert loop.alive, "it has not begun"
    assert loop.start()
    rounds.error = error
    rounds.let.release()
    until(lambda: not loop.alive)
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    rounds.let.release()
    until(lambda: loop.alive)
    assert rounds.done == 2
    loop.stop()
    rounds.let.release()
    loop.join()


def test_an_error_after_which_nothing_is_to_be_done_shows_for_a_while() -> None:
    rounds, clock = Rounds(), Clock()
    loop = Loop("any", rounds, rest=0.0, clock=clock)
    loop.start()
    rounds.error = RuntimeError("x")
    rounds.let.release()
    until(lambda: not loop.alive)
    clock.now += TOLD
    assert loop.alive
    loop.stop()
    rounds.let.release()
    loop.join()


def test_a_thread_that_has_ended_shows_and_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = Rounds()
    loop = Loop("any", rounds)
    with monkeypatch.context() as patch:
        patch.setattr(loop, "_run", lambda: None)
        loop.start()
        loop.join(PATIENCE)
    until(lambda: not loop.alive)
    assert loop.start()
    until(lambda: loop.alive)
    rounds.let.release()
    until(lambda: rounds.done == 1)
    loop.stop()
    rounds.let.release()
    loop.join()
    assert loop.alive
    assert not loop.start(), "it was stopped for good"


def test_a_system_without_a_thread_to_give_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = Rounds()
    loop = Loop("any", rounds)

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        assert not loop.start()
    until(lambda: not loop.alive)
    assert loop.start(), "the next one who needs it tries again"
    loop.stop()
    rounds.let.release()
    loop.join()
