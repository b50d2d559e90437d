"""Run one seed, from its plan to its outcome."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from tests.chaos import invariants
from tests.chaos.faults.catalogue import CATALOGUE
from tests.chaos.health import ask_health
from tests.chaos.invariants import Seen
from tests.chaos.load import Load
from tests.chaos.plan import Plan, Step
from tests.chaos.world import World
from tests.patience import PATIENCE

BETWEEN = 1.0
"""Seconds without faults before each one."""
LOOK = 0.1


@dataclass(slots=True)
class Struck:
    """The outcome of one fault.

    recovery: seconds from its repair until all were served; None if that never happened. broken: messages of violated
    invariants. answered, refused, cut: numbers of requests meanwhile.
    """

    fault: str
    moment: str
    recovery: float | None = None
    answered: int = 0
    refused: int = 0
    cut: int = 0
    broken: list[str] = field(default_factory=list)


@dataclass(slots=True)
class SeedOutcome:
    """The outcome of a seed. broken: violations found at its end. log: the last output of the servers."""

    seed: int
    world: str
    seconds: float
    struck: list[Struck]
    broken: list[str]
    log: str = ""

    @property
    def held(self) -> bool:
        """Whether all invariants held."""
        return not self.broken and not any(strike.broken for strike in self.struck)


def run_seed(plan: Plan) -> SeedOutcome:
    """Run a seed."""
    begin = time.monotonic()
    with World(plan) as world:
        files_before = world.files()
        struck, broken = asyncio.run(_conduct(world))
        new_files = [path for path in world.files() if path not in files_before]
        apps = list(world.apps.values())
        for app in apps:
            app.stop()
        end = time.monotonic() + PATIENCE
        while any(app.left_over() for app in apps) and time.monotonic() < end:
            time.sleep(LOOK)
        broken += invariants.left_over([pid for app in apps for pid in app.left_over()], new_files)
        log = "".join(f"--- {name}\n{app.log()}" for name, app in world.apps.items())
    return SeedOutcome(plan.seed, plan.world, time.monotonic() - begin, struck, broken, log)


async def _conduct(world: World) -> tuple[list[Struck], list[str]]:
    """Return the outcome of each fault, and violations found before the first one."""
    struck: list[Struck] = []
    async with AsyncExitStack() as stack:
        load = Load(world)
        await load.start()
        stack.push_async_callback(load.stop)
        for watcher in world.watchers.values():
            watcher.start()
            stack.push_async_callback(watcher.leave)
        try:
            await _until_served(world, load, time.monotonic())
        except TimeoutError as error:
            return struck, [f"before any fault: {error}"]
        for step in world.plan.steps:
            struck.append(await _strike(world, load, step))
    return struck, []


async def _strike(world: World, load: Load, step: Step) -> Struck:
    """Inject one fault, repair it, and check the invariants."""
    strike = Struck(step.fault, step.moment)
    fault = CATALOGUE[step.fault](world)
    await asyncio.sleep(BETWEEN)
    connections_before = {name: watcher.connections for name, watcher in world.watchers.items()}
    load.quiet(step.moment == "quiet")
    await load.reach(step.moment)
    await asyncio.sleep(step.pause)
    begin = time.monotonic()
    await asyncio.to_thread(fault.inject)
    injected_at = time.monotonic()
    await asyncio.sleep(step.seconds)
    unaffected = [watcher for name, watcher in world.watchers.items() if name not in fault.strikes]
    # It lasts until the unaffected viewers have shown progress, however slow the machine is.
    while not all(watcher.served(injected_at) for watcher in unaffected) and time.monotonic() < injected_at + PATIENCE:
        await asyncio.sleep(LOOK)
    mending_at = time.monotonic()
    progressing = {name for name, watcher in world.watchers.items() if watcher.served(injected_at)}
    await asyncio.to_thread(fault.mend)
    load.quiet(False)
    mended_at = time.monotonic()
    try:
        strike.recovery = await _until_served(world, load, mended_at) - mended_at
    except TimeoutError as error:
        strike.broken.append(str(error))
    strike.broken += await load.over()
    end = time.monotonic()
    strike.broken += invariants.videos(
        Seen(
            name,
            name in fault.strikes,
            name in progressing,
            (connections_before[name], watcher.connections),
            watcher.ended[-1] if watcher.ended else "",
        )
        for name, watcher in world.watchers.items()
    )
    for name, prober in world.probers.items():
        # Faults affect the first server; the other one continues.
        expected = fault.health if name == "a" else "ready"
        strike.broken += invariants.health(expected, prober.within(injected_at, mending_at))
    strike.broken += await _kept(world)
    outcomes = load.outcomes(begin, end)
    strike.broken += invariants.requests(outcomes, fault.cuts)
    strike.answered, strike.refused, strike.cut = (
        sum(outcome.how == ending for outcome in outcomes) for ending in ("answered", "refused", "cut")
    )
    return strike


async def _kept(world: World) -> list[str]:
    """Return broken promises, once the fault is repaired."""
    cookie, key = await asyncio.to_thread(world.cookie_is_good), await asyncio.to_thread(world.key_is_good)
    return invariants.promised(cookie, key)


async def _until_served(world: World, load: Load, since: float) -> float:
    """Return when all were served after a moment, monotonic seconds.

    That is every viewer, a call, a photo, a sign-in, and health checks.

    Raises:
        TimeoutError: they were not within PATIENCE; names those who were not.
    """
    end = since + PATIENCE
    missing = ["health"]
    while time.monotonic() < end:
        missing = [name for name, watcher in world.watchers.items() if not watcher.served(since)] + load.missing(since)
        if not missing:
            missing = await asyncio.to_thread(_unwell, world, len(world.watchers) + len(load.newcomers))
        if not missing:
            times = [watcher.first(since) for watcher in world.watchers.values()] + load.served(since)
            return max(time for time in times if time is not None)
        await asyncio.sleep(LOOK)
    refusals = {text for watcher in (*world.watchers.values(), *load.newcomers) for text in watcher.refusals[-2:]}
    raise TimeoutError(
        f"not served within {PATIENCE:.0f} s: {', '.join(missing)}; {' '.join(sorted(refusals))}".strip()
    )


def _unwell(world: World, live: int) -> list[str]:
    """Return wrong health checks once all are served: each server must be ready, and know its number of viewers."""
    checks = {name: ask_health(app.url) for name, app in world.apps.items()}
    if any(check.status != 200 for check in checks.values()):
        return [
            f"health of {name} ({check.word or 'no answer'})" for name, check in checks.items() if check.status != 200
        ]
    viewers = sum(check.viewers for check in checks.values())
    return [] if viewers == live else [f"health, which says {viewers} viewers of {live}"]
