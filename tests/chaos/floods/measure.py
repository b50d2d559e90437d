"""What live viewers keep of their analysed frames in a flood: beside a while before and after it, in the same run."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import asdict, dataclass

from core.settings import ROOT
from tests.bench.process import resident_mb
from tests.chaos.floods.strangers import FLOODS
from tests.chaos.health import Prober
from tests.chaos.plan import Plan
from tests.chaos.watcher import Watcher
from tests.chaos.world import World
from tests.patience import PATIENCE, until

MIN_KEPT = 0.95
"""Share of its analysed frames that a live viewer keeps at least."""
ROUNDS = 3
"""Floods of each kind, with a while of reference before each and after the last: what else goes on evens out."""
SETTLE = 2.0
"""Seconds between a flood's begin or end and what is counted."""
LARGE = (640, 480)


@dataclass(frozen=True, slots=True)
class Row:
    """One flood. reference, flooded: analysed frames a second of all viewers together, the windows' means. kept: the
    share; worst: that of the viewer with the least. memory_mb: of the server, before and the most meanwhile. came: how
    often each status came to strangers. health: share of questions to /healthz that were answered 200 meanwhile.
    """

    flood: str
    seconds: float
    reference: float
    flooded: float
    kept: float
    worst: float
    memory_mb: tuple[float, float]
    came: dict[str, int]
    health: float

    @property
    def enough(self) -> bool:
        """Whether live viewers keep what they must."""
        return self.kept >= MIN_KEPT


def measure_all(seconds: float, only: Sequence[str] = ()) -> list[Row]:
    """All floods, or those of these names, one after another; each with an app of its own.

    Raises:
        ValueError: there is no flood of a name.
    """
    unknown = sorted({*only} - {*FLOODS})
    if unknown:
        raise ValueError(f"expected floods of {', '.join(FLOODS)}; received {', '.join(unknown)}")
    rows = []
    for name in FLOODS:
        if not only or name in only:
            rows.append(measure(name, seconds))
            print(table(rows[-1:]), flush=True)
    return rows


def measure(name: str, seconds: float) -> Row:
    """One flood."""
    with World(Plan(0, "one", ())) as world:
        return asyncio.run(_measured(world, name, seconds))


async def _measured(world: World, name: str, seconds: float) -> Row:
    counts: dict[bool, list[list[float]]] = {False: [], True: []}
    came: dict[str, int] = {}
    memory: list[float] = []
    async with AsyncExitStack() as stack:
        viewers = [Watcher(f"viewer {number}", world.url, "overlay", world.cookie, size=LARGE) for number in range(2)]
        begin = time.monotonic()
        for viewer in viewers:
            viewer.start()
            stack.push_async_callback(viewer.leave)
        await asyncio.to_thread(until, lambda: all(one.served(begin) for one in viewers), "viewers who are live")
        # A worker is there, as it would be after the first photo.
        await asyncio.to_thread(world.warm_up)
        await asyncio.sleep(2 * SETTLE)
        before = resident_mb(world.app.pid)
        counts[False].append(await _window(viewers, seconds))
        prober = world.probers["a"]
        asked: list[float] = []
        for _ in range(ROUNDS):
            command = [sys.executable, "-m", "tests.chaos.floods.strangers", name, world.url]
            lasts = str(seconds + 3 * SETTLE)
            process = subprocess.Popen(
                [*command, lasts, world.key], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
            await asyncio.sleep(2 * SETTLE)
            since = time.monotonic()
            counts[True].append(await _window(viewers, seconds, world.app.pid, memory))
            asked.append(_well(prober, since))
            said, _ = await asyncio.to_thread(process.communicate, timeout=PATIENCE)
            for status, count in json.loads(said or b"{}").items():
                came[status] = came.get(status, 0) + count
            await asyncio.sleep(SETTLE)
            counts[False].append(await _window(viewers, seconds))
    whole, part = ([sum(one) / len(one) for one in zip(*counts[flooded], strict=True)] for flooded in (False, True))
    return Row(
        flood=name,
        seconds=seconds,
        reference=round(sum(whole), 2),
        flooded=round(sum(part), 2),
        kept=round(sum(part) / sum(whole), 4),
        worst=round(min(one / all_of_it for one, all_of_it in zip(part, whole, strict=True)), 4),
        memory_mb=(round(before), round(max(memory))),
        came=came,
        health=round(sum(asked) / len(asked), 3),
    )


async def _window(
    viewers: Sequence[Watcher], seconds: float, pid: int | None = None, memory: list[float] | None = None
) -> list[float]:
    """Analysed frames a second of each viewer from now on; and the memory of a process meanwhile."""
    since = time.monotonic()
    while (left := since + seconds - time.monotonic()) > 0:
        if pid is not None and memory is not None:
            with suppress(OSError, RuntimeError):
                memory.append(resident_mb(pid))
        await asyncio.sleep(min(left, 0.5))
    lasted = time.monotonic() - since
    return [one.came(since).analysed / lasted for one in viewers]


def _well(prober: Prober, since: float) -> float:
    asked = prober.within(since, time.monotonic())
    return sum(one.status == 200 for one in asked) / len(asked) if asked else 0.0


def report(rows: Sequence[Row]) -> dict[str, object]:
    """As it is kept in weights/reports/."""
    return {"cores": os.cpu_count(), "rounds": ROUNDS, "least_kept": MIN_KEPT, "floods": [asdict(row) for row in rows]}


def table(rows: Sequence[Row]) -> str:
    """A line a flood."""
    lines = [f"{'flood':<24}{'reference':>10}{'flooded':>9}{'kept':>8}{'worst':>8}{'MB':>11}{'health':>8}  came"]
    for row in rows:
        memory = f"{row.memory_mb[0]:.0f}-{row.memory_mb[1]:.0f}"
        lines.append(
            f"{row.flood:<24}{row.reference:>10.2f}{row.flooded:>9.2f}{row.kept:>8.1%}{row.worst:>8.1%}{memory:>11}"
            f"{row.health:>8.0%}  {row.came}"
        )
    return "\n".join(lines)
