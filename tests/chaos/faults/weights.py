"""A damaged model file: truncated in place, as by an interrupted copy."""

from __future__ import annotations

import signal

from tests.chaos.faults.fault import Base, Health
from tests.chaos.faults.processes import ServerKilled, signal_workers
from tests.chaos.world import World


class WeightsBroken(Base):
    """Damaged while the server has it loaded; a new worker process finds it damaged."""

    def inject(self) -> None:
        """Damage the file and kill the workers."""
        self.world.break_weights()
        signal_workers(self.world.app, signal.SIGKILL)

    def mend(self) -> None:
        """Restore the file."""
        self.world.restore_weights()


class WeightsBrokenAtStart(ServerKilled):
    """Damaged when the server starts; it is restarted when the file is restored."""

    health: Health = "broken"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.strikes = world.everybody

    def inject(self) -> None:
        """Restart the server with a damaged file."""
        self.world.app.kill()
        self.world.break_weights()
        self.world.app.start()

    def mend(self) -> None:
        """Restore the file and restart the server."""
        self.world.restore_weights()
        self.world.app.kill()
        self.world.app.start()
