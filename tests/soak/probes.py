"""How long the same photo takes, again and again, and what the machine was like at that moment.

Others use the machine, too, and their load is not the server's fault. So each probe is told three ways: as the clock
has it; as a multiple of what a plain loop of this process took just before and after; and by the processor time that
the workers had for it.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from dataclasses import dataclass

from tests.soak.calls import GOOD
from tests.soak.machine import workers_seconds

ROUNDS = 40_000
"""Of the plain loop: some tens of milliseconds."""
MS = 1000.0


@dataclass(frozen=True, slots=True)
class Probe:
    """wall, cpu: of one photo by /v1/rate, and of the workers meanwhile. loop: of the plain loop. In milliseconds."""

    wall: float
    cpu: float
    loop: float

    @property
    def ratio(self) -> float:
        """Wall by loop."""
        return self.wall / self.loop


def plain_loop() -> float:
    """Milliseconds that a fixed computation takes by the clock."""
    begin = time.perf_counter()
    hashlib.pbkdf2_hmac("sha256", b"soak", b"salt", ROUNDS)
    return (time.perf_counter() - begin) * MS


def _probe(url: str, pid: int) -> Probe:
    before = plain_loop()
    cpu, begin = workers_seconds(pid), time.perf_counter()
    GOOD["a picture"](url)
    wall, cpu = time.perf_counter() - begin, workers_seconds(pid) - cpu
    return Probe(wall * MS, cpu * MS, (before + plain_loop()) / 2)


async def probe(url: str, pid: int, alone: asyncio.Lock) -> Probe:
    """One photo, while none of our visitors has one.

    Args:
        url, pid: of the server.
        alone: held while the workers are at a file.

    Raises:
        AssertionError: the answer is not right.
    """
    async with alone:
        return await asyncio.to_thread(_probe, url, pid)
