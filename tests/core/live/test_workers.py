from __future__ import annotations

import os
import sys
import threading

import pytest

from core.live.loop import LEAST_URGENT
from core.live.workers import MAX_WORKERS, NICENESS, Workers, count_for
from tests.patience import PATIENCE, until


@pytest.mark.parametrize(("cores", "count"), [(0.5, 1), (1, 1), (1.9, 1), (2, 2), (3, 3), (64, MAX_WORKERS)])
def test_as_many_as_help(cores: float, count: int) -> None:
    assert count_for(cores) == count


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="threads have no niceness of their own")
def test_only_those_that_give_way_have_a_lower_priority() -> None:
    niceness: dict[bool, set[int]] = {False: set(), True: set()}
    release = threading.Event()

    def act(gives_way: bool) -> None:
        niceness[gives_way].add(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        release.wait(PATIENCE)

    usual_niceness = os.getpriority(os.PRIO_PROCESS, 0)
    workers = Workers(2, act)
    workers.start()
    until(lambda: bool(niceness[False]) and bool(niceness[True]))
    workers.stop()
    release.set()
    workers.join(PATIENCE)
    assert niceness == {False: {usual_niceness}, True: {min(usual_niceness + NICENESS, LEAST_URGENT)}}
    assert workers.alive, "they were asked to end"
