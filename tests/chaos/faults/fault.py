"""Interface and base class of all faults."""

from __future__ import annotations

from typing import Literal, Protocol

from tests.chaos.world import World

Health = Literal["ready", "gone", "broken", "either"]
"""Expected responses of /healthz during a fault: always 200; none; "broken"; or either of the first two."""


class Fault(Protocol):
    """One fault in one world.

    Attributes:
        strikes: names of the viewers whose video it may stop.
        cuts: whether requests in flight may lose their connection.
        health: see Health.
    """

    strikes: frozenset[str]
    cuts: bool
    health: Health

    def inject(self) -> None:
        """Inject the fault; returns when it is in effect."""
        ...

    def mend(self) -> None:
        """Repair it; affected clients recover after that."""
        ...


class Base:
    """A fault that stops nobody's video."""

    strikes: frozenset[str] = frozenset()
    cuts = False
    health: Health = "ready"

    def __init__(self, world: World) -> None:
        self.world = world
