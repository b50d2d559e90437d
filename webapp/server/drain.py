"""Graceful shutdown: accept no new viewers, let current ones continue for a limited time, then stop.

The clock and the check for remaining viewers are passed in.
"""

from __future__ import annotations

import time
from collections.abc import Callable

EVERY = 0.25
"""Polling interval in seconds."""


class Drain:
    """Whether this server is shutting down. Thread-safe to read."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start in the normal state. clock: monotonic time in seconds."""
        self._clock = clock
        self._until: float | None = None

    @property
    def begun(self) -> bool:
        """Whether shutdown was requested."""
        return self._until is not None

    @property
    def left(self) -> float:
        """Seconds until the deadline; 0 once it has passed."""
        return 0.0 if self._until is None else max(0.0, self._until - self._clock())

    def begin(self, seconds: float) -> None:
        """Request shutdown after at most `seconds`; further calls have no effect."""
        if self._until is None:
            self._until = self._clock() + seconds

    def wait(self, busy: Callable[[], bool], sleep: Callable[[float], None] = time.sleep) -> None:
        """Block until nobody is left or the deadline has passed."""
        while self.left > 0 and busy():
            sleep(EVERY)


drain = Drain()
"""This process's instance."""
