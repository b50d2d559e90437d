"""A wall clock that jumps by an hour, and back again. The monotonic clock goes on, as the kernel's does."""

from __future__ import annotations

from tests.chaos.faults.fault import Base

HOUR = 3600
"""Seconds."""


class ClockOn(Base):
    """An hour on, then back to what it was."""

    jump = HOUR

    def inject(self) -> None:
        """See Fault."""
        self.world.set_clock(self.jump)

    def mend(self) -> None:
        """See Fault."""
        self.world.set_clock(0)


class ClockBack(ClockOn):
    """An hour back, then on to what it was."""

    jump = -HOUR
