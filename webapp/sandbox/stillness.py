"""Detect whether a process is idle: for how long none of its threads has wanted a core.

A thread that waits for a core also wants one, so a busy machine makes no process look idle. Linux reports both; on
systems that do not, no process counts as idle.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

SHARE = 0.05
"""Share of a core: a process that wanted less is idle. Looking at the clock now and then is no work."""


def wanted_seconds(pid: int) -> dict[str, float]:
    """Return the seconds that each thread of a process ran or waited for a core, by thread id; empty if unknown."""
    seconds_by_thread = {}
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            ran, waited = (task / "schedstat").read_text(encoding="ascii").split()[:2]
            seconds_by_thread[task.name] = (int(ran) + int(waited)) / 1e9
    except (OSError, ValueError):
        return {}
    return seconds_by_thread


def runnable(pid: int) -> set[str]:
    """Return the ids of threads that are running or waiting for a core; empty if unknown."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return {
            task.name for task in tasks if (task / "stat").read_text("utf-8", "replace").rpartition(") ")[2][0] == "R"
        }
    except (OSError, IndexError):
        return set()


class Stillness:
    """Measures how long a process has been idle, starting now."""

    def __init__(
        self,
        pid: int,
        wanted: Callable[[int], dict[str, float]] = wanted_seconds,
        wanting: Callable[[int], set[str]] = runnable,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start measuring.

        Args:
            pid: of the process.
            wanted: see `wanted_seconds`.
            wanting: see `runnable`.
            clock: time in seconds.
        """
        self._pid = pid
        self._wanted = wanted
        self._wanting = wanting
        self._clock = clock
        self._before = wanted(pid)
        self._read = self._since = clock()

    def seconds(self) -> float:
        """Return the idle time up to this call; the resolution is the interval between calls."""
        threads, now = self._wanted(self._pid), self._clock()
        worked = sum(max(0.0, seconds - self._before.get(thread, 0.0)) for thread, seconds in threads.items())
        # Linux adds a wait for a core when it ends: until then a long one shows only in the thread's state.
        starved = any(threads.get(thread) == self._before.get(thread) for thread in self._wanting(self._pid))
        if not threads or starved or worked > SHARE * (now - self._read):
            self._since = now
        self._before, self._read = threads, now
        return now - self._since
