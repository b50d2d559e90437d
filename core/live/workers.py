"""The engine's threads. They come in pairs, of which one works at a time: one as any other thread, one that gives way.

A thread that was told to give way cannot take that back without a privilege; another thread can stand in for it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from core.live.loop import Loop

NICENESS = 10
"""Of threads that give way: beside one other busy thread on its core, such a one gets a tenth of the time."""

MAX_WORKERS = 4
"""More would wait for each other, for Python's lock."""


def count_for(cores: float) -> int:
    """How many pairs so many cores are worth."""
    return max(1, min(MAX_WORKERS, int(cores)))


class Workers:
    """Rounds of one kind of work, in several threads.

    Attributes:
        count: threads that work at a time.
        loops: all of them, those that give way last.
    """

    def __init__(self, count: int, act: Callable[[bool], None]) -> None:
        """Args:
        count: 1 or more.
        act: one round; told whether its thread gives way. See Loop.
        """
        self.count = count
        self.loops = [
            Loop(f"engine-{number}{'-giving-way' if gives_way else ''}", partial(act, gives_way), niceness=niceness)
            for gives_way, niceness in ((False, 0), (True, NICENESS))
            for number in range(count)
        ]

    @property
    def alive(self) -> bool:
        """Whether all that were started do their work."""
        return all(loop.alive for loop in self.loops)

    def start(self, give_way: bool) -> None:
        """Have those of one kind running."""
        for loop in self.loops[self.count :] if give_way else self.loops[: self.count]:
            loop.start()

    def stop(self) -> None:
        """Let the rounds that go on be the last."""
        for loop in self.loops:
            loop.stop()

    def join(self, timeout: float) -> None:
        """Wait until they have ended, for each so many seconds at most."""
        for loop in self.loops:
            loop.join(timeout)
