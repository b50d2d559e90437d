"""A model file that is damaged: cut short in place, as a copy that is under way leaves it, or made another one."""

from __future__ import annotations

import signal

from tests.chaos.faults.fault import Base, Health
from tests.chaos.faults.processes import ServerKilled, signal_workers
from tests.chaos.world import World


class WeightsBroken(Base):
    """Under a server that has loaded it. The process that rates photos is new, and finds it broken."""

    def inject(self) -> None:
        """See Fault."""
        self.world.break_weights()
        signal_workers(self.world.app, signal.SIGKILL)

    def mend(self) -> None:
        """See Fault."""
        self.world.restore_weights()


class WeightsBrokenAtStart(ServerKilled):
    """And the server is started with it; once more, when the file is mended."""

    health: Health = "broken"

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.strikes = world.everybody

    def inject(self) -> None:
        """See Fault."""
        self.world.app.kill()
        self.world.break_weights()
        self.world.app.start()

    def mend(self) -> None:
        """See Fault."""
        self.world.restore_weights()
        self.world.app.kill()
        self.world.app.start()
