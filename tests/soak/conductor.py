"""Conduct a soak: warm up the server, run the visitors, check that they have left, and measure throughout."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from tests.browser.serving import Server
from tests.live.caller import Caller
from tests.live.metrics import samples
from tests.patience import PATIENCE
from tests.soak import machine, photos
from tests.soak.calls import BAD, CALLS, GOOD, ask, waits
from tests.soak.judgement import Sample, Timed
from tests.soak.plan import Call, Choice, Event, Shape, Upload, Visit, cycle
from tests.soak.probes import MS, Probe, probe
from tests.soak.visits import film, looked_at, offer, reside, switch, visit

BURST = 12
"""Concurrent requests in the warm-up, so that every thread pool reaches its full size."""
SAMPLES = 3
"""Per rest."""
GONE = 40.0
"""Seconds within which a server notices that a client has vanished."""


@dataclass(slots=True)
class Record:
    """Events so far. Times in seconds from the start.

    counts: number of events, by name. failures: time, event and message. began: start of the first cycle; ended: end of
    the last rest.
    """

    seed: int
    samples: list[Sample] = field(default_factory=list)
    probes: list[tuple[float, Probe]] = field(default_factory=list)
    ages: list[Timed] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[float, str, str]] = field(default_factory=list)
    began: float = 0.0
    ended: float = 0.0


class Conductor:
    """Conducts one soak of one server."""

    def __init__(self, server: Server, seed: int, shape: Shape, after_cycle: Callable[[Record], object]) -> None:
        """Prepare a soak.

        Args:
            server: the running server.
            seed: of the plan.
            shape: of each cycle.
            after_cycle: called with the record after each cycle.
        """
        self.record = Record(seed)
        self._server = server
        self._shape = shape
        self._after_cycle = after_cycle
        self._begin = time.monotonic()
        self._alone = asyncio.Lock()
        self._rest = 0

    async def run(self, seconds: float) -> None:
        """Warm up the server, then run whole cycles until this time has passed; at least one."""
        # Blocking calls wait in threads, and must not wait for each other's.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(2 * BURST + 8))
        await self._tried("warm-up", self._warm_up())
        watching = asyncio.create_task(self._watch())
        record = self.record
        try:
            record.began = record.ended = self._now()
            while not record.counts["cycles"] or record.ended - record.began < seconds:
                await self._cycle(record.counts["cycles"] + 1)
                record.ended = self._now()
                record.counts["cycles"] += 1
                record.counts["told_to_retry"] = len(waits)
                self._after_cycle(record)
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)

    def _now(self) -> float:
        return time.monotonic() - self._begin

    async def _warm_up(self) -> None:
        """Load every model in use, with one viewer and with two, and fill the thread pools."""
        await self._until(lambda: ask(self._server.url, "GET", "/healthz")[0] == 200, "a server that is ready")
        url, shape = self._server.url, self._shape
        choices = [Choice(detector, shape.classifiers[0], 3.0) for detector in shape.detectors]
        choices += [Choice(shape.detectors[0], classifier, 3.0) for classifier in shape.classifiers[1:]]
        async with Caller(url, film()) as first, Caller(url, film(), "drawn") as second:
            await self._live(first)
            await self._through(first, choices)
            await self._live(second)
            await self._through(second, choices)
            for caller in (first, second):
                await caller.end()
        async with asyncio.TaskGroup() as burst:
            for _ in range(BURST):
                burst.create_task(asyncio.to_thread(GOOD["a picture"], url))
                burst.create_task(asyncio.to_thread(GOOD["health"], url))
        await photos.bring(url, Upload(0.0, ("face.jpg", "two.zip"), "stops"), self._alone)
        await asyncio.to_thread(GOOD["why"], url)

    async def _live(self, caller: Caller) -> None:
        reply = await offer(caller)
        assert reply.status == 201, f"expected 201 to an offer; received {reply.status}: {reply.body}"
        await looked_at(caller)

    async def _through(self, caller: Caller, choices: list[Choice]) -> None:
        for number, choice in enumerate(choices, 1):
            await switch(caller, number, choice)

    async def _cycle(self, number: int) -> None:
        """Run a cycle's busy time until everybody has left, and its rest."""
        shape, begin = self._shape, self._now()
        events = cycle(self.record.seed, number, shape, tuple(CALLS), photos.FILES)
        over = asyncio.Event()
        tasks = [asyncio.create_task(self._tried("resident", self._reside(over)))]
        for event in events:
            await asyncio.sleep(max(0.0, begin + event.at - self._now()))
            seed = self.record.seed + number
            tasks.append(asyncio.create_task(self._tried(_name(event), self._doing(event, seed))))
            self._count(event)
        await asyncio.sleep(max(0.0, begin + shape.busy - self._now()))
        over.set()
        await asyncio.gather(*tasks)
        await self._tried("everybody has gone", self._until(self._empty, "nobody is live", PATIENCE + GONE))
        await asyncio.sleep(shape.rest)
        self._rest = number
        await self._tried("rest", self._until(self._sampled, "samples of the rest", PATIENCE + SAMPLES * shape.probe))
        self._rest = 0

    async def _reside(self, over: asyncio.Event) -> None:
        losses = await reside(self._server.url, over, self._note_age)
        self.record.counts["connections_lost"] += losses

    async def _doing(self, event: Event, seed: int) -> None:
        url = self._server.url
        if isinstance(event, Visit):
            losses = await visit(url, event, seed)
            self.record.counts["connections_lost"] += losses
        elif isinstance(event, Upload):
            await photos.bring(url, event, self._alone)
        else:
            async with self._alone:
                await asyncio.to_thread(CALLS[event.name], url)

    def _count(self, event: Event) -> None:
        counts = self.record.counts
        if isinstance(event, Visit):
            counts["visits"] += 1
            counts["visits_drawn"] += event.mode == "drawn"
            counts["visits_on_bad_networks"] += event.path != "well"
            counts["visits_vanished"] += event.leaves == "vanishes"
            counts["model_switches"] += len(event.switches)
        elif isinstance(event, Upload):
            counts["uploaders"] += 1
            counts["uploads_good"] += sum(name in photos.GOOD for name in event.files)
            counts["uploads_bad"] += sum(name in photos.BAD for name in event.files)
        else:
            counts["calls_bad" if event.name in BAD else "calls_good"] += 1

    async def _tried(self, activity: str, work: Coroutine[Any, Any, object]) -> None:
        """Await work; record an error, and continue the soak."""
        try:
            await work
        except Exception as error:
            self.record.failures.append((self._now(), activity, f"{type(error).__name__}: {error}"))

    async def _watch(self) -> None:
        while True:
            await self._tried("probe", self._look())
            await asyncio.sleep(self._shape.probe)

    async def _look(self) -> None:
        """Take a probe and, after its connection is closed, a sample, unless the rest has ended meanwhile."""
        rest, moment = self._rest, self._now()
        result = await probe(self._server.url, self._server.pid, self._alone)
        self.record.probes.append((moment, result))
        self.record.counts["probes"] += 1
        now = rest if rest == self._rest else 0
        self.record.samples.append(Sample(self._now(), now, machine.read(self._server.pid)))

    def _note_age(self, seconds: float) -> None:
        self.record.ages.append(Timed(self._now(), seconds * MS))

    def _sampled(self) -> bool:
        return sum(sample.rest == self._rest for sample in self.record.samples) >= SAMPLES

    def _empty(self) -> bool:
        metrics = samples(self._server.url)
        return not metrics["fairest_viewers"] and not metrics["fairest_viewers_waiting"]

    async def _until(self, condition: Callable[[], bool], description: str, seconds: float = PATIENCE) -> None:
        end = time.monotonic() + seconds
        while not await asyncio.to_thread(condition):
            assert time.monotonic() < end, f"{description}: not within {seconds:.0f} s"
            await asyncio.sleep(0.2)


def _name(event: Event) -> str:
    """Describe an event."""
    if isinstance(event, Visit):
        return f"visit: {event.mode}, {event.path}, {event.leaves}"
    return f"call: {event.name}" if isinstance(event, Call) else f"upload: {', '.join(event.files)}"
