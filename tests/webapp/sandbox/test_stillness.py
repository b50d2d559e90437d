from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from webapp.sandbox.stillness import Stillness, runnable, wanted_seconds

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells")


class System:
    """What the system tells of a process, by hand; also the clock."""

    def __init__(self, **threads: float) -> None:
        self.threads = threads
        self.runnable: set[str] = set()
        self.now = 0.0

    def wanted(self, pid: int) -> dict[str, float]:
        return dict(self.threads)

    def after(self, seconds: float, **threads: float) -> None:
        self.now += seconds
        self.threads |= threads


def stillness(system: System) -> Stillness:
    return Stillness(1, system.wanted, lambda _pid: system.runnable, lambda: system.now)


def test_a_process_that_wants_no_core_is_still_and_one_that_does_is_not() -> None:
    system = System(a=5.0, b=0.0)
    still = stillness(system)
    system.after(1.0)
    assert still.seconds() == 1.0
    system.after(1.0, a=5.01)
    assert still.seconds() == 2.0, "looking at the clock is no work"
    system.after(1.0, b=0.2)
    assert still.seconds() == 0.0
    system.after(0.5)
    assert still.seconds() == 0.5


def test_a_process_that_waits_for_a_core_all_the_while_is_not_still() -> None:
    system = System(a=5.0, b=0.0)
    still = stillness(system)
    system.runnable = {"a"}
    system.after(5.0)
    assert still.seconds() == 0.0
    system.after(1.0, a=5.01)
    assert still.seconds() == 1.0, "it was looked at while it looked at the clock"


def test_threads_that_come_and_go_are_work_and_none() -> None:
    system = System(a=5.0)
    still = stillness(system)
    system.after(1.0, b=0.9)
    assert still.seconds() == 0.0
    system.threads.pop("b")
    system.after(1.0)
    assert still.seconds() == 1.0


def test_where_the_system_does_not_say_nothing_is_still() -> None:
    system = System()
    still = stillness(system)
    system.after(60.0)
    assert still.seconds() == 0.0
    assert wanted_seconds(2**30) == {}
    assert runnable(2**30) == set()


@linux
def test_threads_that_run_are_reported() -> None:
    assert str(os.getpid()) in runnable(os.getpid())


@linux
@pytest.mark.parametrize(("code", "is_still"), [("import time; time.sleep(60)", True), ("while True: pass", False)])
def test_a_real_process_is_reported(code: str, is_still: bool) -> None:
    process = subprocess.Popen([sys.executable, "-c", code])
    try:
        end = time.monotonic() + 30
        time.sleep(1.0)  # It starts.
        while True:
            still = Stillness(process.pid)
            time.sleep(0.5)
            seconds = still.seconds()
            if (seconds > 0.25) == is_still or time.monotonic() > end:
                break
        assert (seconds > 0.25) == is_still
    finally:
        process.kill()
        process.wait()
