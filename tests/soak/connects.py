"""Many connects and disconnects, and the resources they leak.

Every connect is real: an offer, ICE, DTLS and a data channel that says hello; every tenth sends a film and waits for
its faces. Every other one ends its session with a request, the rest just close their connection. Every fifth ends it
while the connection is being established. Each uses an address
of its own, as behind a proxy, because offers are rate-limited per address.

They come in batches. After each batch, when all clients have left, open resources are compared with those after the
first batch; memory is judged by its slope after the first quarter.

The report, weights/reports/connects.json, is flat:

connects, at_once, cores, seconds, passed   parameters, duration, and whether all criteria were met
failures, failure_sentences                 number of failed connects, and the first messages
NAME_first, NAME_last, NAME_more            threads, sockets, descriptors: after the first batch, after the last, and
                                            the difference
memory_first_mb, memory_last_mb             of the server, after the first batch and after the last
memory_mb_a_thousand, _low, _high           slope per thousand connects, with its 95 % interval
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.browser.serving import Server
from tests.live.caller import Caller
from tests.live.metrics import samples
from tests.live.watching import until
from tests.soak import machine
from tests.soak.judgement import COUNTS, Sample, Timed, at_rest, later, memory, slope
from tests.soak.report import SENTENCES
from tests.soak.visits import film, looked_at, offer

BATCHES = 20
FACES_EVERY = 10
"""Every n-th connect sends a film."""
HURRIED_EVERY, HURRY = 5, 0.03
"""Every n-th connect ends within so many seconds of the answer."""
WARM_FRAMES = 20
"""Frames for which two viewers stay connected in the warm-up."""
SETTLE, READINGS = 1.0, 3
"""Seconds before each reading after a batch, and number of readings."""
LEFT = ("threads", "sockets", "descriptors")
"""Resources that must not leak."""
THOUSAND = 1000.0
MAX_SLOPE = 1.0
"""Maximum growth of memory in megabytes per thousand connects."""
FIRST_ADDRESS = ipaddress.ip_address("10.0.0.1")


def places(at_once: int) -> str:
    """Return the setting for the number of seats: some clients leave before the server notices."""
    return str(2 * at_once + 8)


@dataclass(slots=True)
class Connects:
    """A run against one server, which trusts one proxy.

    at_once: concurrent connects. samples: after each batch; their time is the number of connects so far, their rest the
    batch number. done: connects so far. failures: messages.
    """

    server: Server
    at_once: int
    samples: list[Sample] = field(default_factory=list)
    done: int = 0
    failures: list[str] = field(default_factory=list)
    begin: float = field(default_factory=time.monotonic)

    async def run(self, count: int, batches: int, after_batch: Callable[[Connects], object]) -> None:
        """Run this number of connects in batches, after a warm-up with one viewer and with two at once.

        Raises:
            AssertionError: a client is still there long after a batch; in the warm-up, see connect.
        """
        await connect(self.server.url, 0)
        await asyncio.gather(*(connect(self.server.url, 0, WARM_FRAMES) for _ in range(2)))
        for batch in range(1, batches + 1):
            numbers = iter(range(self.done, round(count * batch / batches)))
            async with asyncio.TaskGroup() as group:
                for _ in range(self.at_once):
                    group.create_task(self._one_by_one(numbers))
            await until(lambda: not samples(self.server.url)["fairest_viewers"], "nobody is live")
            for _ in range(READINGS):
                await asyncio.sleep(SETTLE)
                self.samples.append(Sample(self.done, batch, machine.read(self.server.pid)))
            after_batch(self)

    async def _one_by_one(self, numbers: Any) -> None:
        for number in numbers:
            try:
                await connect(self.server.url, number)
            except Exception as error:
                self.failures.append(f"connect {number}: {type(error).__name__}: {error}")
            self.done += 1


async def connect(url: str, number: int, frames: int = 1) -> None:
    """Connect and disconnect once.

    Args:
        url: the app's URL.
        number: determines whether a film is sent, and how and when the session ends.
        frames: number of frames with faces to wait for if a film is sent.

    Raises:
        AssertionError, TimeoutError: something was not as expected.
    """
    sends = number % FACES_EVERY == 0
    async with Caller(url, film() if sends else None, client=str(FIRST_ADDRESS + number)) as caller:
        reply = await offer(caller)
        assert reply.status == 201, f"expected 201 to an offer; received {reply.status}: {reply.body}"
        hurried = number % HURRIED_EVERY == 1
        if hurried:
            await asyncio.sleep(HURRY * random.Random(number).random())
        else:
            await caller.until(lambda: bool(caller.messages), "hello")
            assert caller.messages[0]["type"] == "hello", f"expected hello; was told {caller.messages[0]}"
        if sends:
            await looked_at(caller, frames)
        if hurried or number % 2:
            end_reply = await caller.end()
            assert end_reply.status == 200, (
                f"expected 200 to the end of a session; received {end_reply.status}: {end_reply.body}"
            )


def report(connects: Connects) -> dict[str, Any]:
    """Return the report; see the module."""
    counts = {name: at_rest(connects.samples, COUNTS[name]) for name in LEFT}
    resting = at_rest(connects.samples, memory)
    growth = slope(later(resting, 0, connects.done), THOUSAND)
    figures: dict[str, float | None] = {
        "memory_first_mb": resting[0].value,
        "memory_last_mb": resting[-1].value,
        "memory_mb_a_thousand": growth.grows if growth else None,
        "memory_mb_a_thousand_low": growth.low if growth else None,
        "memory_mb_a_thousand_high": growth.high if growth else None,
    }
    for name, values in counts.items():
        figures[f"{name}_first"], figures[f"{name}_last"] = values[0].value, values[-1].value
        figures[f"{name}_more"] = values[-1].value - values[0].value
    return {
        "connects": connects.done,
        "at_once": connects.at_once,
        "cores": os.cpu_count(),
        "passed": not connects.failures
        and all(values[-1].value <= values[0].value for values in counts.values())
        and growth is not None
        and growth.grows <= MAX_SLOPE,
        "failures": len(connects.failures),
        "failure_sentences": connects.failures[:SENTENCES],
        "seconds": round(time.monotonic() - connects.begin),
        **{name: None if value is None else round(value, 3) for name, value in figures.items()},
    }


def resting_memory(connects: Connects) -> list[Timed]:
    """Return megabytes after each batch, by connects so far."""
    return at_rest(connects.samples, memory)
