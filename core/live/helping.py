"""Helping: how many analyses at a time help, by how much of its time each one really computes.

Two that share the cores with other work, or wait for Python's lock, are no more than one, and each of them takes twice
as long, so that its faces are twice as old.
"""

from __future__ import annotations

from collections import deque

WINDOW, MIN_ANALYSES = 2.0, 10
"""Seconds of analyses that are looked at, and how many there must be."""

MIN_SHARE, GOOD_SHARE = 0.6, 0.8
"""Share of an analysis' time below which one at a time fewer is better, and from which one more may be."""

TRY_AGAIN, LONGEST = 5.0, 60.0
"""Seconds until one more is tried again: the first time, and at most; each time that it did not help, twice as many."""


class Helping:
    """Time comes in as an argument, in seconds, and never goes back.

    Attributes:
        count: analyses at a time.
    """

    def __init__(self, maximum: int) -> None:
        """Args:
        maximum: analyses at a time, 1 or more.
        """
        self.count = maximum
        self._maximum = maximum
        self._analyses: deque[tuple[float, float, float]] = deque()
        self._wait = TRY_AGAIN
        self._added = self._left = float("-inf")

    def note(self, now: float, taken: float, computed: float) -> None:
        """An analysis is done. taken, computed: seconds by the clock, and of its thread's on a core."""
        if self._maximum == 1:
            return
        self._analyses.append((now, taken, computed))
        while self._analyses[0][0] < now - WINDOW:
            self._analyses.popleft()
        if len(self._analyses) < MIN_ANALYSES:
            return
        share = sum(computed for _, _, computed in self._analyses) / sum(taken for _, taken, _ in self._analyses)
        if share < MIN_SHARE and self.count > 1:
            self._wait = min(2 * self._wait, LONGEST) if now - self._added < 2 * TRY_AGAIN else TRY_AGAIN
            self.count, self._left = self.count - 1, now
            self._analyses.clear()
        elif share >= GOOD_SHARE and self.count < self._maximum and now - self._left >= self._wait:
            self.count, self._added = self.count + 1, now
            self._analyses.clear()
