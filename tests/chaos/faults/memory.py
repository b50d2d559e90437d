"""Too little memory: for the process that opens strangers' files, or for the server and its processes together."""

from __future__ import annotations

import resource
from contextlib import suppress
from pathlib import Path

from tests.chaos.faults.fault import Base

ROOM = 16 * 1024**2
"""Bytes that there are beyond what was taken as the memory became short."""


class WorkerShortOfMemory(Base):
    """RLIMIT_AS: what it asks for beyond what it has is refused."""

    def inject(self) -> None:
        """See Fault."""
        self._before: dict[int, tuple[int, int]] = {}
        for pid in self.world.app.workers():
            with suppress(OSError, ValueError):
                limits = resource.prlimit(pid, resource.RLIMIT_AS)
                taken = int(Path(f"/proc/{pid}/statm").read_text().split()[0]) * resource.getpagesize()
                resource.prlimit(pid, resource.RLIMIT_AS, (taken + ROOM, limits[1]))
                self._before[pid] = limits

    def mend(self) -> None:
        """See Fault."""
        for pid, limits in self._before.items():
            # It may have been replaced.
            with suppress(OSError):
                resource.prlimit(pid, resource.RLIMIT_AS, limits)


class ServerShortOfMemory(Base):
    """A limit for the group of all its processes: who takes more than there is, is ended by the kernel."""

    def inject(self) -> None:
        """See Fault."""
        assert self.world.group is not None
        self.world.group.leave_room(ROOM)

    def mend(self) -> None:
        """See Fault."""
        assert self.world.group is not None
        self.world.group.unlimit()
