from __future__ import annotations

import os
import subprocess
import sys
import threading

import pytest

from core.live.loop import ERROR_SECONDS, LEAST_URGENT, Loop
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
    clock.now += ERROR_SECONDS
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


GIVES_WAY = """
import os, threading
from core.live.loop import give_way

def niceness():
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

def give():
    for further in (3, 10, 10, 1):
        give_way(further)
        print(niceness() - begun)

begun = niceness()
thread = threading.Thread(target=give)
thread.start()
thread.join()
print(niceness() - begun)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="threads have no niceness of their own")
def test_a_thread_gives_way_from_where_its_process_stands_and_never_less_than_before() -> None:
    """In a process that gives way itself, as one that was begun by `nice`."""
    own_niceness = 5
    headroom = LEAST_URGENT - min(os.getpriority(os.PRIO_PROCESS, 0) + own_niceness, LEAST_URGENT)
    command = ["nice", "-n", str(own_niceness), sys.executable, "-c", GIVES_WAY]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert [int(niceness) for niceness in output] == [*(min(further, headroom) for further in (3, 10, 10, 10)), 0]
