"""Repeated measurements of the time for the same photo, and of the machine's speed at that moment.

Other processes on the machine cause load that is not the server's fault. So each probe has three measures: wall time;
its ratio to a fixed computation in this process just before and after; and the workers' CPU time.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from dataclasses import dataclass

from tests.soak.calls import GOOD
from tests.soak.machine import workers_seconds

ROUNDS = 40_000
"""Iterations of the fixed computation: some tens of milliseconds."""
MS = 1000.0


@dataclass(frozen=True, slots=True)
class Probe:
    """Milliseconds. wall: of one photo by /v1/rate. cpu: of the workers meanwhile. loop: of the fixed computation."""

    wall: float
    cpu: float
    loop: float

    @property
    def ratio(self) -> float:
        """Wall time divided by loop time."""
        return self.wall / self.loop


def plain_loop() -> float:
    """Return the wall time of a fixed computation in milliseconds."""
    begin = time.perf_counter()
    hashlib.pbkdf2_hmac("sha256", b"soak", b"salt", ROUNDS)
    return (time.perf_counter() - begin) * MS


def _probe(url: str, pid: int) -> Probe:
    loop_before = plain_loop()
    cpu, begin = workers_seconds(pid), time.perf_counter()
    GOOD["a picture"](url)
    wall, cpu = time.perf_counter() - begin, workers_seconds(pid) - cpu
    return Probe(wall * MS, cpu * MS, (loop_before + plain_loop()) / 2)


async def probe(url: str, pid: int, alone: asyncio.Lock) -> Probe:
    """Measure one photo while no other visitor's photo is being processed.

    Args:
        url, pid: of the server.
        alone: held while the workers process a file.

    Raises:
        AssertionError: the answer is wrong.
    """
    async with alone:
        return await asyncio.to_thread(_probe, url, pid)
