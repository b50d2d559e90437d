"""A TURN server that goes down and comes back."""

from __future__ import annotations

from tests.chaos.faults.fault import Base
from tests.chaos.world import RELAYED, World


class TurnGone(Base):
    """Stopped, and restarted on the same port; direct connections continue."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.strikes = frozenset({RELAYED})

    def inject(self) -> None:
        """Stop the TURN server."""
        self.world.stop_turn()

    def mend(self) -> None:
        """Restart the TURN server."""
        self.world.start_turn()
