"""Share of analysed frames that live viewers keep during a flood, compared with the time before and after it."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import asdict, dataclass
from itertools import pairwise

import numpy as np

from core.settings import ROOT
from tests.bench.process import resident_mb
from tests.chaos.floods.strangers import FLOODS
from tests.chaos.health import Prober
from tests.chaos.plan import Plan
from tests.chaos.watcher import Watcher
from tests.chaos.world import World
from tests.patience import PATIENCE, until

MIN_KEPT = 0.95
"""Minimum share of analysed frames that a live viewer must keep."""
ROUNDS = 5
"""Floods of each kind, each compared with the windows before and after it. The median of the shares counts, because
other load on the machine affects single windows."""
AT_THE_DOOR = {"sign-ins", "wrong keys", "slow bodies"}
"""Floods of a page with a password; the others target one without, so that they get further."""
SETTLE = 2.0
"""Seconds between the start or end of a flood and counting."""
LARGE = (640, 480)


@dataclass(frozen=True, slots=True)
class Row:
    """One flood.

    reference, flooded: analysed frames per second of all viewers together, mean of the windows. kept: see `kept`;
    worst: of the viewer with the least. memory_mb: of the server, before and peak meanwhile. came: number of responses
    to the flooding clients by status. health: share of requests to /healthz answered 200 meanwhile.
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
        """Whether live viewers keep enough."""
        return self.kept >= MIN_KEPT


def measure_all(seconds: float, only: Sequence[str] = ()) -> list[Row]:
    """Measure all floods, or those named, one after another; each with its own app.

    Raises:
        ValueError: there is no flood with a name.
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
    """Measure one flood."""
    with World(Plan(0, "one", ()), closed=name in AT_THE_DOOR) as world:
        return asyncio.run(_measured(world, name, seconds))


async def _measured(world: World, name: str, seconds: float) -> Row:
    quiet: list[list[float]] = []
    flooded: list[list[float]] = []
    responses: dict[str, int] = {}
    memory: list[float] = []
    async with AsyncExitStack() as stack:
        viewers = [Watcher(f"viewer {number}", world.url, "overlay", world.cookie, size=LARGE) for number in range(2)]
        begin = time.monotonic()
        for viewer in viewers:
            viewer.start()
            stack.push_async_callback(viewer.leave)
        await asyncio.to_thread(
            until, lambda: all(watcher.served(begin) for watcher in viewers), "viewers who are live"
        )
        # A worker is running, as after the first photo.
        await asyncio.to_thread(world.warm_up)
        await asyncio.sleep(2 * SETTLE)
        memory_before = resident_mb(world.app.pid)
        quiet.append(await _window(viewers, seconds))
        prober = world.probers["a"]
        ready_shares: list[float] = []
        for _ in range(ROUNDS):
            command = [sys.executable, "-m", "tests.chaos.floods.strangers", name, world.url]
            duration = str(seconds + 3 * SETTLE)
            process = subprocess.Popen(
                [*command, duration, world.key], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
            await asyncio.sleep(2 * SETTLE)
            since = time.monotonic()
            flooded.append(await _window(viewers, seconds, world.app.pid, memory))
            ready_shares.append(_well(prober, since))
            output, _ = await asyncio.to_thread(process.communicate, timeout=PATIENCE)
            for status, count in json.loads(output or b"{}").items():
                responses[status] = responses.get(status, 0) + count
            await asyncio.sleep(SETTLE)
            quiet.append(await _window(viewers, seconds))
    return Row(
        flood=name,
        seconds=seconds,
        reference=round(float(np.mean(quiet)) * len(viewers), 2),
        flooded=round(float(np.mean(flooded)) * len(viewers), 2),
        kept=round(kept([sum(rates) for rates in quiet], [sum(rates) for rates in flooded]), 4),
        worst=round(min(map(kept, zip(*quiet, strict=True), zip(*flooded, strict=True))), 4),
        memory_mb=(round(memory_before), round(max(memory))),
        came=responses,
        health=round(sum(ready_shares) / len(ready_shares), 3),
    )


async def _window(
    viewers: Sequence[Watcher], seconds: float, pid: int | None = None, memory: list[float] | None = None
) -> list[float]:
    """Return each viewer's analysed frames per second from now on, recording a process's memory meanwhile."""
    since = time.monotonic()
    while (remaining := since + seconds - time.monotonic()) > 0:
        if pid is not None and memory is not None:
            with suppress(OSError, RuntimeError):
                memory.append(resident_mb(pid))
        await asyncio.sleep(min(remaining, 0.5))
    lasted = time.monotonic() - since
    return [viewer.received(since).analysed / lasted for viewer in viewers]


def kept(quiet: Sequence[float], flooded: Sequence[float]) -> float:
    """Return the share kept: the median over floods of each one's ratio to the mean of the windows around it.

    Args:
        quiet: rates in the windows around the floods; one more than flooded.
        flooded: rates during the floods.
    """
    neighbouring = pairwise(quiet)
    return float(
        np.median(
            [rate * 2 / max(sum(neighbours), 1e-9) for rate, neighbours in zip(flooded, neighbouring, strict=True)]
        )
    )


def _well(prober: Prober, since: float) -> float:
    checks = prober.within(since, time.monotonic())
    return sum(check.status == 200 for check in checks) / len(checks) if checks else 0.0


def report(rows: Sequence[Row], earlier: Sequence[Mapping[str, object]] = ()) -> dict[str, object]:
    """Return the results as stored in weights/reports/. earlier: rows of a report, kept unless measured again."""
    by_flood = {str(row["flood"]): row for row in (*earlier, *map(asdict, rows))}
    floods = [by_flood[name] for name in FLOODS if name in by_flood]
    return {"cores": os.cpu_count(), "rounds": ROUNDS, "least_kept": MIN_KEPT, "floods": floods}


def table(rows: Sequence[Row]) -> str:
    """Format one line per flood."""
    lines = [f"{'flood':<24}{'reference':>10}{'flooded':>9}{'kept':>8}{'worst':>8}{'MB':>11}{'health':>8}  came"]
    for row in rows:
        memory = f"{row.memory_mb[0]:.0f}-{row.memory_mb[1]:.0f}"
        lines.append(
            f"{row.flood:<24}{row.reference:>10.2f}{row.flooded:>9.2f}{row.kept:>8.1%}{row.worst:>8.1%}{memory:>11}"
            f"{row.health:>8.0%}  {row.came}"
        )
    return "\n".join(lines)
