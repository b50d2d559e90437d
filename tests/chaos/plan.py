"""What a seed does: which faults strike, in which order, and at which moment of the load. Pure."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

World = Literal["one", "two"]
"""One server, or two replicas behind the proxy."""

Moment = Literal["quiet", "upload", "call", "offer", "sign_in"]
"""When a fault strikes: while somebody is live and nothing else goes on; while a photo of the page is under way, or a
call of the API; while somebody is about to be live; while somebody signs in."""

MOMENTS: tuple[Moment, ...] = ("quiet", "upload", "call", "offer", "sign_in")

FAULTS: dict[str, World] = {
    "worker killed": "one",
    "worker stopped": "one",
    "worker short of memory": "one",
    "server killed": "one",
    "server stopped": "one",
    "server short of memory": "one",
    "disk full": "one",
    "clock an hour on": "one",
    "clock an hour back": "one",
    "TURN server gone": "one",
    "weights broken": "one",
    "weights broken at start": "one",
    "network lost": "one",
    "replica killed": "two",
    "replica stopped": "two",
}
"""Every fault, and the world that it needs."""

TWO_SHARE = 0.2
"""Of the seeds: those with two replicas."""
STEPS = 2
"""Faults of a seed."""
MIN_SECONDS, MAX_SECONDS = 2.0, 5.0
"""For which a fault lasts."""
MAX_PAUSE = 0.4
"""Seconds after the moment's begin at which it strikes, at most."""


@dataclass(frozen=True, slots=True)
class Step:
    """A fault. seconds: for which it lasts. pause: seconds from the moment's begin until it strikes."""

    fault: str
    moment: Moment
    seconds: float
    pause: float


@dataclass(frozen=True, slots=True)
class Plan:
    """Of a seed."""

    seed: int
    world: World
    steps: tuple[Step, ...]

    def has(self, fault: str) -> bool:
        """Whether a fault is part of it."""
        return any(step.fault == fault for step in self.steps)


def make_plan(seed: int, without: frozenset[str] = frozenset()) -> Plan:
    """The plan of a seed: always the same.

    Args:
        seed: any number.
        without: faults that cannot be made here.

    Raises:
        ValueError: no fault is left.
    """
    chance = random.Random(seed)
    world: World = "two" if chance.random() < TWO_SHARE else "one"
    possible = [name for name, needs in FAULTS.items() if needs == world and name not in without]
    if not possible:
        raise ValueError(f"expected a fault that can be made with {world}; all of them are in {sorted(without)}")
    faults = chance.sample(possible, min(STEPS, len(possible)))
    steps = [
        Step(
            fault,
            chance.choice(MOMENTS),
            round(chance.uniform(MIN_SECONDS, MAX_SECONDS), 2),
            round(chance.uniform(0, MAX_PAUSE), 3),
        )
        for fault in faults
    ]
    return Plan(seed, world, tuple(steps))
