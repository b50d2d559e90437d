"""All faults by their names in `tests.chaos.plan.FAULTS`, and what they require of a machine."""

from __future__ import annotations

from collections.abc import Callable

from tests.browser.install import find_caddy, find_turnserver
from tests.chaos.faults.clock import ClockBack, ClockOn
from tests.chaos.faults.disk import DiskFull
from tests.chaos.faults.fault import Fault
from tests.chaos.faults.memory import ServerShortOfMemory, WorkerShortOfMemory
from tests.chaos.faults.network import NetworkLost
from tests.chaos.faults.processes import (
    ReplicaKilled,
    ReplicaStopped,
    ServerKilled,
    ServerStopped,
    WorkerKilled,
    WorkerStopped,
)
from tests.chaos.faults.turn import TurnGone
from tests.chaos.faults.weights import WeightsBroken, WeightsBrokenAtStart
from tests.chaos.machine import can_group, can_mount
from tests.chaos.world import World

CATALOGUE: dict[str, Callable[[World], Fault]] = {
    "worker killed": WorkerKilled,
    "worker stopped": WorkerStopped,
    "worker short of memory": WorkerShortOfMemory,
    "server killed": ServerKilled,
    "server stopped": ServerStopped,
    "server short of memory": ServerShortOfMemory,
    "disk full": DiskFull,
    "clock an hour on": ClockOn,
    "clock an hour back": ClockBack,
    "TURN server gone": TurnGone,
    "weights broken": WeightsBroken,
    "weights broken at start": WeightsBrokenAtStart,
    "network lost": NetworkLost,
    "replica killed": ReplicaKilled,
    "replica stopped": ReplicaStopped,
}


def impossible() -> dict[str, str]:
    """Return the faults that cannot be injected on this machine, each with the reason."""
    reasons: dict[str, str] = {}
    if not can_mount():
        reasons["disk full"] = "Expected the right to mount a tmpfs, as root has it."
    if not can_group():
        reasons["server short of memory"] = "Expected the right to make a control group with a limit of memory."
    if find_turnserver() is None:
        reasons["TURN server gone"] = "Expected coturn; it is not installed."
    if find_caddy() is None:
        reasons |= dict.fromkeys(("replica killed", "replica stopped"), "Expected Caddy; it is not installed.")
    return reasons
