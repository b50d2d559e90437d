"""Memory shortage: of the sandboxed worker, or of the server and its processes together."""

from __future__ import annotations

import resource
from contextlib import suppress
from pathlib import Path

from tests.chaos.faults.fault import Base

ROOM = 16 * 1024**2
"""Bytes still available beyond what was in use when the fault was injected."""


class WorkerShortOfMemory(Base):
    """RLIMIT_AS: the worker's further allocations fail."""

    def inject(self) -> None:
        """Limit the workers' address space."""
        self._before: dict[int, tuple[int, int]] = {}
        for pid in self.world.app.workers():
            with suppress(OSError, ValueError):
                limits = resource.prlimit(pid, resource.RLIMIT_AS)
                used = int(Path(f"/proc/{pid}/statm").read_text().split()[0]) * resource.getpagesize()
                resource.prlimit(pid, resource.RLIMIT_AS, (used + ROOM, limits[1]))
                self._before[pid] = limits

    def mend(self) -> None:
        """Restore the limits."""
        for pid, limits in self._before.items():
            # The worker may have been replaced.
            with suppress(OSError):
                resource.prlimit(pid, resource.RLIMIT_AS, limits)


class ServerShortOfMemory(Base):
    """A control group limit for all its processes: the kernel kills one that exceeds it."""

    def inject(self) -> None:
        """Set the limit."""
        assert self.world.group is not None
        self.world.group.leave_room(ROOM)

    def mend(self) -> None:
        """Remove the limit."""
        assert self.world.group is not None
        self.world.group.unlimit()
