"""The engine's threads. They come in pairs of which one works at a time: a normal one and one of lower priority.

A thread cannot raise its lowered priority without a privilege; instead, another thread takes over.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from core.live.loop import Loop

NICENESS = 10
"""Niceness of threads that yield: competing with one busy thread on a core, such a thread gets a tenth of the time."""

MAX_WORKERS = 4
"""Maximum number of pairs: more would wait for each other, because of Python's GIL."""


def count_for(cores: float) -> int:
    """Number of pairs for this many cores."""
    return max(1, min(MAX_WORKERS, int(cores)))


class Workers:
    """Runs one action repeatedly in several threads.

    Attributes:
        count: threads that work at a time.
        loops: all of them, those that yield last.
    """

    def __init__(self, count: int, act: Callable[[bool], None]) -> None:
        """Args:
        count: 1 or more.
        act: one round; receives whether its thread yields. See Loop.
        """
        self.count = count
        self.loops = [
            Loop(f"engine-{number}{'-giving-way' if gives_way else ''}", partial(act, gives_way), niceness=niceness)
            for gives_way, niceness in ((False, 0), (True, NICENESS))
            for number in range(count)
        ]

    @property
    def alive(self) -> bool:
        """Whether all threads that were started work."""
        return all(loop.alive for loop in self.loops)

    def start(self) -> None:
        """Start all threads, unless they are running; those that are not needed now wait in their action."""
        for loop in self.loops:
            loop.start()

    def stop(self) -> None:
        """Finish after the current rounds."""
        for loop in self.loops:
            loop.stop()

    def join(self, timeout: float) -> None:
        """Wait until the threads have ended, at most `timeout` seconds for each."""
        for loop in self.loops:
            loop.join(timeout)
