"""A TURN server that goes and comes back."""

from __future__ import annotations

from tests.chaos.faults.fault import Base
from tests.chaos.world import RELAYED, World


class TurnGone(Base):
    """Ended, and started again at the same port. Who is connected directly goes on."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.strikes = frozenset({RELAYED})

    def inject(self) -> None:
        """See Fault."""
        self.world.stop_turn()

    def mend(self) -> None:
        """See Fault."""
        self.world.start_turn()
