"""Plan of a seed: its faults, their order, and the moments at which they are injected. Pure."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

World = Literal["one", "two"]
"""One server, or two replicas behind the proxy."""

Moment = Literal["quiet", "upload", "call", "offer", "sign_in"]
"""When a fault is injected: while somebody is live and nothing else happens; during a photo upload on the page, or an
API call; while a viewer is connecting; while somebody signs in."""

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
"""Share of seeds with two replicas."""
STEPS = 2
"""Faults per seed."""
MIN_SECONDS, MAX_SECONDS = 2.0, 5.0
"""Duration of a fault in seconds."""
MAX_PAUSE = 0.4
"""Maximum delay in seconds from the moment's start to the injection."""


@dataclass(frozen=True, slots=True)
class Step:
    """A fault. seconds: its duration. pause: seconds from the moment's start to the injection."""

    fault: str
    moment: Moment
    seconds: float
    pause: float


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of a seed."""

    seed: int
    world: World
    steps: tuple[Step, ...]

    def has(self, fault: str) -> bool:
        """Return whether the plan includes a fault."""
        return any(step.fault == fault for step in self.steps)


def make_plan(seed: int, without: frozenset[str] = frozenset()) -> Plan:
    """Return the plan of a seed; deterministic.

    Args:
        seed: any number.
        without: faults that cannot be injected here.

    Raises:
        ValueError: no fault is left.
    """
    chance = random.Random(seed)
    world: World = "two" if chance.random() < TWO_SHARE else "one"
    possible = [name for name, needed_world in FAULTS.items() if needed_world == world and name not in without]
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
