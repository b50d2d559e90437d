"""A viewer whose network path loses all but a few packets."""

from __future__ import annotations

from tests.chaos.faults.fault import Base
from tests.chaos.world import LINKED, World

LOSS = 0.9
"""Share of packets lost in each direction."""


class NetworkLost(Base):
    """A burst of packet loss on one viewer's path."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.strikes = frozenset({LINKED})

    def inject(self) -> None:
        """Start the loss."""
        self.world.link.loss = LOSS

    def mend(self) -> None:
        """Stop the loss."""
        self.world.link.loss = 0.0
