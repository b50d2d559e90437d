"""Chooses the number of concurrent analyses by the share of its time that each one really computes.

Two that share the cores with other work, or wait for Python's GIL, get no more done than one, and each takes twice as
long, so that its faces are twice as old.
"""

from __future__ import annotations

from collections import deque

WINDOW, MIN_ANALYSES = 2.0, 10
"""Seconds of analyses that are observed, and the minimum number of them."""

MIN_SHARE, GOOD_SHARE = 0.6, 0.8
"""CPU share of an analysis below which concurrency is reduced by one, and from which it may be raised."""

TRY_AGAIN, LONGEST = 5.0, 60.0
"""Seconds until a higher concurrency is tried again: the first time, and at most; doubled each time it did not help."""


class Helping:
    """Time is passed in, in seconds, and never goes back.

    Attributes:
        count: concurrent analyses.
    """

    def __init__(self, maximum: int) -> None:
        """Args:
        maximum: concurrent analyses, 1 or more.
        """
        self.count = maximum
        self._maximum = maximum
        self._analyses: deque[tuple[float, float, float]] = deque()
        self._wait = TRY_AGAIN
        self._added = self._left = float("-inf")

    def note(self, now: float, wall_time: float, cpu_time: float) -> None:
        """Record a finished analysis. wall_time, cpu_time: of its thread, seconds."""
        if self._maximum == 1:
            return
        self._analyses.append((now, wall_time, cpu_time))
        while self._analyses[0][0] < now - WINDOW:
            self._analyses.popleft()
        if len(self._analyses) < MIN_ANALYSES:
            return
        share = sum(cpu_time for _, _, cpu_time in self._analyses) / sum(
            wall_time for _, wall_time, _ in self._analyses
        )
        if share < MIN_SHARE and self.count > 1:
            self._wait = min(2 * self._wait, LONGEST) if now - self._added < 2 * TRY_AGAIN else TRY_AGAIN
            self.count, self._left = self.count - 1, now
            self._analyses.clear()
        elif share >= GOOD_SHARE and self.count < self._maximum and now - self._left >= self._wait:
            self.count, self._added = self.count + 1, now
            self._analyses.clear()
