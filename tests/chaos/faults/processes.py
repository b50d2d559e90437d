"""Processes that are killed or paused."""

from __future__ import annotations

import os
import signal
from contextlib import suppress

from tests.chaos.app_process import AppProcess
from tests.chaos.faults.fault import Base, Health
from tests.chaos.world import World


def signal_workers(app: AppProcess, number: signal.Signals) -> list[int]:
    """Send all workers a signal; return their process ids."""
    pids = app.workers()
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
    return pids


class WorkerKilled(Base):
    """SIGKILL of the sandboxed worker, which is then replaced."""

    def inject(self) -> None:
        """Kill the workers."""
        signal_workers(self.world.app, signal.SIGKILL)

    def mend(self) -> None:
        """Do nothing: the pool replaces them."""


class WorkerStopped(Base):
    """SIGSTOP of the sandboxed worker."""

    def inject(self) -> None:
        """Pause the workers."""
        self._stopped = signal_workers(self.world.app, signal.SIGSTOP)

    def mend(self) -> None:
        """Resume the workers."""
        for pid in self._stopped:
            # It may have been killed for being idle.
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


class ServerStopped(Base):
    """SIGSTOP of the server."""

    health: Health = "gone"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.strikes = world.everybody

    def inject(self) -> None:
        """Pause the server."""
        self.world.app.pause()

    def mend(self) -> None:
        """Resume the server."""
        self.world.app.go_on()


class ServerKilled(Base):
    """SIGKILL of the server, which its supervisor restarts."""

    health: Health = "gone"
    cuts = True

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.strikes = world.everybody

    def inject(self) -> None:
        """Kill the server."""
        self.world.app.kill()

    def mend(self) -> None:
        """Restart the server."""
        self.world.app.start()


class ReplicaKilled(ServerKilled):
    """SIGKILL and restart of one of two replicas; its viewers move to the other one."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.strikes = world.struck_with_the_first()


class ReplicaStopped(ServerStopped):
    """SIGSTOP of one of two replicas."""

    # The proxy gives up on an unresponsive replica.
    cuts = True

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.strikes = world.struck_with_the_first()
