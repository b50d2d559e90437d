"""What all faults have in common."""

from __future__ import annotations

from typing import Literal, Protocol

from tests.chaos.world import World

Health = Literal["ready", "gone", "broken", "either"]
"""What /healthz must say while it lasts: 200 each time; nothing; "broken"; or one of the first two."""


class Fault(Protocol):
    """One fault in one world.

    Attributes:
        strikes: the viewers whose video it may stop, by name; nobody else's.
        cuts: whether requests under way may lose their connection.
        health: see Health.
    """

    strikes: frozenset[str]
    cuts: bool
    health: Health

    def inject(self) -> None:
        """Break it; returns when it is broken."""
        ...

    def mend(self) -> None:
        """Put it right; who was struck comes back after that."""
        ...


class Base:
    """A fault that stops nobody's video."""

    strikes: frozenset[str] = frozenset()
    cuts = False
    health: Health = "ready"

    def __init__(self, world: World) -> None:
        self.world = world
