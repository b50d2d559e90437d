"""Many connects and disconnects, and what they leave behind.

A connect is real: an offer, ICE, DTLS and a data channel that says hello; each tenth sends a film and waits for its
faces. One in two ends its session by a request, the other just closes its connection. Each comes from an address of its
own, as behind a proxy, since one address may only offer so often.

They come in batches. After each, when nobody is there any more, what is open is compared with what was open after the
first batch; memory is judged by its slope after the first quarter.

The report, weights/reports/connects.json, is flat:

connects, at_once, cores, seconds, passed   what was run, how long that took, and whether all that is judged holds
failures, failure_sentences                 what was not answered right: how many, and the first of them
NAME_first, NAME_last, NAME_more            threads, sockets, descriptors: after the first batch, after the last, and
                                            the difference
memory_first_mb, memory_last_mb             of the server, after the first batch and after the last
memory_mb_a_thousand, _low, _high           the slope a thousand connects, with its 95 % interval
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
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
"""One in so many sends a film."""
WARM_FRAMES = 20
"""Of two viewers in the warm-up: so long are they there together."""
SETTLE, READINGS = 1.0, 3
"""Seconds before each reading after a batch, and how many there are."""
LEFT = ("threads", "sockets", "descriptors")
"""What must not be left over."""
THOUSAND = 1000.0
MAX_SLOPE = 1.0
"""Megabytes a thousand connects by which memory may grow."""
FIRST_ADDRESS = ipaddress.ip_address("10.0.0.1")


def places(at_once: int) -> str:
    """For viewers, as the server's setting has it: some have gone before the server knows."""
    return str(2 * at_once + 8)


@dataclass(slots=True)
class Connects:
    """Of one server, that trusts one proxy.

    at_once: connects. samples: after each batch; their time is the number of connects by then, their rest the batch's.
    done: connects so far. failures: sentences.
    """

    server: Server
    at_once: int
    samples: list[Sample] = field(default_factory=list)
    done: int = 0
    failures: list[str] = field(default_factory=list)
    begin: float = field(default_factory=time.monotonic)

    async def run(self, count: int, batches: int, after_batch: Callable[[Connects], object]) -> None:
        """So many connects in so many batches, after a few that load what one viewer needs, and two at once.

        Raises:
            AssertionError: somebody is still there long after a batch. Of the first few: see connect.
        """
        await connect(self.server.url, 0)
        await asyncio.gather(*(connect(self.server.url, 0, WARM_FRAMES) for _ in range(2)))
        for batch in range(1, batches + 1):
            left = iter(range(self.done, round(count * batch / batches)))
            async with asyncio.TaskGroup() as group:
                for _ in range(self.at_once):
                    group.create_task(self._one_by_one(left))
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
    """One connect and disconnect.

    Args:
        url: where the app is.
        number: says whether a film is sent, and how it ends.
        frames: with faces, that are waited for where a film is sent.

    Raises:
        AssertionError, TimeoutError: something was not as it should be.
    """
    sends = number % FACES_EVERY == 0
    async with Caller(url, film() if sends else None, client=str(FIRST_ADDRESS + number)) as caller:
        reply = await offer(caller)
        assert reply.status == 201, f"expected 201 to an offer; received {reply.status}: {reply.body}"
        await caller.until(lambda: bool(caller.told), "hello")
        assert caller.told[0]["type"] == "hello", f"expected hello; was told {caller.told[0]}"
        if sends:
            await looked_at(caller, frames)
        if number % 2:
            ended = await caller.end()
            assert ended.status == 200, f"expected 200 to the end of a session; received {ended.status}: {ended.body}"


def report(connects: Connects) -> dict[str, Any]:
    """See above."""
    counts = {name: at_rest(connects.samples, COUNTS[name]) for name in LEFT}
    resting = at_rest(connects.samples, memory)
    grows = slope(later(resting, 0, connects.done), THOUSAND)
    figures: dict[str, float | None] = {
        "memory_first_mb": resting[0].value,
        "memory_last_mb": resting[-1].value,
        "memory_mb_a_thousand": grows.grows if grows else None,
        "memory_mb_a_thousand_low": grows.low if grows else None,
        "memory_mb_a_thousand_high": grows.high if grows else None,
    }
    for name, found in counts.items():
        figures[f"{name}_first"], figures[f"{name}_last"] = found[0].value, found[-1].value
        figures[f"{name}_more"] = found[-1].value - found[0].value
    return {
        "connects": connects.done,
        "at_once": connects.at_once,
        "cores": os.cpu_count(),
        "passed": not connects.failures
        and all(found[-1].value <= found[0].value for found in counts.values())
        and grows is not None
        and grows.grows <= MAX_SLOPE,
        "failures": len(connects.failures),
        "failure_sentences": connects.failures[:SENTENCES],
        "seconds": round(time.monotonic() - connects.begin),
        **{name: None if value is None else round(value, 3) for name, value in figures.items()},
    }


def resting_memory(connects: Connects) -> list[Timed]:
    """Megabytes after each batch, by connects so far."""
    return at_rest(connects.samples, memory)
