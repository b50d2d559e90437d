"""Processes that are killed, and such as stand still for a while."""

from __future__ import annotations

import os
import signal
from contextlib import suppress

from tests.chaos.app_process import AppProcess
from tests.chaos.faults.fault import Base, Health
from tests.chaos.world import World


def signal_workers(app: AppProcess, number: signal.Signals) -> list[int]:
    """Send all workers a signal; which those were."""
    found = app.workers()
    for pid in found:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
    return found


class WorkerKilled(Base):
    """SIGKILL of the process that opens strangers' files; it is replaced."""

    def inject(self) -> None:
        """See Fault."""
        signal_workers(self.world.app, signal.SIGKILL)

    def mend(self) -> None:
        """See Fault: the pool does it."""


class WorkerStopped(Base):
    """SIGSTOP of that process."""

    def inject(self) -> None:
        """See Fault."""
        self._stopped = signal_workers(self.world.app, signal.SIGSTOP)

    def mend(self) -> None:
        """See Fault."""
        for pid in self._stopped:
            # It may have been ended for doing nothing.
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


class ServerStopped(Base):
    """SIGSTOP of the server."""

    health: Health = "gone"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.strikes = world.everybody

    def inject(self) -> None:
        """See Fault."""
        self.world.app.pause()

    def mend(self) -> None:
        """See Fault."""
        self.world.app.go_on()


class ServerKilled(Base):
    """SIGKILL of the server, which its supervisor starts again."""

    health: Health = "gone"
    cuts = True

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.strikes = world.everybody

    def inject(self) -> None:
        """See Fault."""
        self.world.app.kill()

    def mend(self) -> None:
        """See Fault."""
        self.world.app.start()


class ReplicaKilled(ServerKilled):
    """SIGKILL of one of two replicas; it is started again. Its viewers go to the other one meanwhile."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.strikes = world.struck_with_the_first()


class ReplicaStopped(ServerStopped):
    """SIGSTOP of one of two replicas."""

    # The proxy gives up on a replica that does not answer.
    cuts = True

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.strikes = world.struck_with_the_first()
