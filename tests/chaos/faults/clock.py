"""A wall clock that jumps by an hour and back. The monotonic clock is unaffected, as with the kernel's."""

from __future__ import annotations

from tests.chaos.faults.fault import Base

HOUR = 3600
"""Seconds."""


class ClockOn(Base):
    """An hour forward, then back."""

    jump = HOUR

    def inject(self) -> None:
        """Shift the clock."""
        self.world.set_clock(self.jump)

    def mend(self) -> None:
        """Restore the clock."""
        self.world.set_clock(0)


class ClockBack(ClockOn):
    """An hour back, then forward."""

    jump = -HOUR
