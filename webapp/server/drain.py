"""How a server stops when it is asked to: nobody new, those who are there go on for a while, then it ends.

What it asks for comes in as arguments: the time, whether somebody is still there, and how to stop.
"""

from __future__ import annotations

import time
from collections.abc import Callable

EVERY = 0.25
"""Seconds between looks at whether somebody is still there."""


class Drain:
    """Whether this server is about to stop. Any thread may ask."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Args:
        clock: seconds.
        """
        self._clock = clock
        self._until: float | None = None

    @property
    def begun(self) -> bool:
        """Whether it was asked to stop."""
        return self._until is not None

    @property
    def left(self) -> float:
        """Seconds until it stops at the latest; 0 when they are over."""
        return 0.0 if self._until is None else max(0.0, self._until - self._clock())

    def begin(self, seconds: float) -> None:
        """It was asked to stop, and does so after so many seconds at the latest; asked again, nothing changes."""
        if self._until is None:
            self._until = self._clock() + seconds

    def wait(self, busy: Callable[[], bool], sleep: Callable[[float], None] = time.sleep) -> None:
        """Return when nobody is there any more, or the time is over."""
        while self.left > 0 and busy():
            sleep(EVERY)


drain = Drain()
"""Of this process."""
