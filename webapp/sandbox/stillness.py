"""Whether a process that has something to do does it: for how long none of its threads wanted a core.

A thread that waits for a core wants one too, so a machine that is busy with other things makes no process still. Linux
tells both; where it does not, no process counts as still.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

SHARE = 0.05
"""Of a core: a process that wanted less is still. Whoever only looks at the clock now and then does no work."""


def wanted_seconds(pid: int) -> dict[str, float]:
    """Seconds for which each thread of a process ran or waited for a core, by the thread's number; empty where the
    system does not say.
    """
    found = {}
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            ran, waited = (task / "schedstat").read_text(encoding="ascii").split()[:2]
            found[task.name] = (int(ran) + int(waited)) / 1e9
    except (OSError, ValueError):
        return {}
    return found


def runnable(pid: int) -> set[str]:
    """Numbers of the threads that run or wait for a core now; empty where the system does not say."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return {
            task.name for task in tasks if (task / "stat").read_text("utf-8", "replace").rpartition(") ")[2][0] == "R"
        }
    except (OSError, IndexError):
        return set()


class Stillness:
    """How long a process has been still, from now on."""

    def __init__(
        self,
        pid: int,
        wanted: Callable[[int], dict[str, float]] = wanted_seconds,
        wanting: Callable[[int], set[str]] = runnable,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Args:
        pid: of the process.
        wanted: see `wanted_seconds`. wanting: see `runnable`.
        clock: seconds.
        """
        self._pid = pid
        self._wanted = wanted
        self._wanting = wanting
        self._clock = clock
        self._before = wanted(pid)
        self._read = self._since = clock()

    def seconds(self) -> float:
        """As of this call; how often it is called is how finely it is known."""
        threads, now = self._wanted(self._pid), self._clock()
        worked = sum(max(0.0, spent - self._before.get(thread, 0.0)) for thread, spent in threads.items())
        # Linux counts a wait for a core when it ends: a long one shows in nothing but the thread's state until then.
        starved = any(threads.get(thread) == self._before.get(thread) for thread in self._wanting(self._pid))
        if not threads or starved or worked > SHARE * (now - self._read):
            self._since = now
        self._before, self._read = threads, now
        return now - self._since
