"""The live page under load: viewers send a film with a burned-in clock to the real app and read it back.

In overlay mode no video is returned; the age of the faces is read instead. Compared, in the same run and on the same
cores, with plain echo and the simplest pattern in public use; optionally with processes that keep the cores busy.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

import numpy as np

from tests.bench.busy import busy
from tests.bench.process import cpu_seconds, resident_mb, threads
from tests.browser.serving import Server, served
from tests.live.film import EncodedFilm
from tests.live.metrics import analysed_by_seat, samples
from tests.live.viewer import Viewer

WARM_UP = 5.0
"""Seconds before measurements start."""

SETTLE = 1.0
"""Seconds between one viewer's start and the next's."""


@dataclass(slots=True)
class Measured:
    """One app's results. Times in ms; first in seconds, from START to the slowest viewer's first processed frame.

    received, analysed: frames per second of each viewer. cpu: share of one core. queue_age: mean wait of a frame for
    analysis. stages: mean time of one run of each. minutes: 95th percentile of latency in each full minute. mode: see
    the offer; in overlay mode, face messages are counted as received, and latency is their age. busy: processes that
    kept the cores busy. starts: seconds of further STARTs, one after another.
    """

    app: str
    viewers: int
    size: tuple[int, int]
    fps: int
    seconds: float
    received: list[float] = field(default_factory=list)
    analysed: list[float] = field(default_factory=list)
    latency: dict[str, float] = field(default_factory=dict)
    minutes: list[float] = field(default_factory=list)
    first: float = 0.0
    cpu: float = 0.0
    memory_mb: list[float] = field(default_factory=list)
    threads: int = 0
    queue_age: float | None = None
    stages: dict[str, float] = field(default_factory=dict)
    mode: str = "drawn"
    busy: int = 0
    starts: list[float] = field(default_factory=list)

    def to_dict(self) -> dict[str, object]:
        """Return plain, rounded values, with about a dozen memory samples."""
        values = asdict(self) | {"memory_mb": self.memory_mb[:: max(1, len(self.memory_mb) // 12)]}
        return {key: _rounded(value) for key, value in values.items()}


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return round(value, 2)
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list | tuple) else value


def stage_means(samples: dict[str, float]) -> dict[str, float]:
    """Return the milliseconds of one run of each stage, from /metrics."""
    name = "fairest_stage_seconds_count "
    runs = {key.removeprefix(name): value for key, value in samples.items() if key.startswith(name) and value}
    return {stage: samples[f"fairest_stage_seconds_sum {stage}"] / count * 1000 for stage, count in runs.items()}


async def processed(viewer: Viewer, since: float, analysed: Callable[[], bool]) -> float:
    """Return the seconds from `since` until a frame or faces came back and one was analysed."""
    while not viewer.fresh(since) and not viewer.faces(since):
        await asyncio.sleep(0.01)
    while not await asyncio.to_thread(analysed):
        await asyncio.sleep(0.02)
    return time.monotonic() - since


async def start_again(viewer: Viewer, times: int) -> list[float]:
    """Press STOP and START repeatedly; return the seconds from each START to the first faces or returned frame."""
    seconds = []
    for _ in range(times):
        await viewer.stop()
        begin = time.monotonic()
        await viewer.start(timeout=60)
        seconds.append(await asyncio.wait_for(processed(viewer, begin, lambda: True), 60))
    return seconds


async def watch(server: Server, result: Measured, starts: int) -> None:
    """Open the viewers, let them run, close them."""
    is_ours = result.app == OURS
    viewers = [
        Viewer(server.url, EncodedFilm(result.size, result.fps), mode=result.mode) for _ in range(result.viewers)
    ]
    try:
        for number, viewer in enumerate(viewers):
            begin = time.monotonic()
            await viewer.start(timeout=60)

            def done(number: int = number) -> bool:
                return not is_ours or sum(count > 0 for count in analysed_by_seat(server.url)) > number

            result.first = max(result.first, await asyncio.wait_for(processed(viewer, begin, done), 60))
            await asyncio.sleep(SETTLE)
        await asyncio.sleep(WARM_UP)
        before = await asyncio.to_thread(analysed_by_seat, server.url) if is_ours else []
        cpu, since = cpu_seconds(server.pid), time.monotonic()
        ages: list[float] = []
        while (remaining := since + result.seconds - time.monotonic()) > 0:
            result.memory_mb.append(resident_mb(server.pid))
            if is_ours:
                ages.append((await asyncio.to_thread(samples, server.url))["fairest_queue_age_seconds"] * 1000)
            await asyncio.sleep(min(remaining, 5.0))
        until = time.monotonic()
        result.seconds = until - since
        result.cpu = (cpu_seconds(server.pid) - cpu) / result.seconds
        result.threads = threads(server.pid)
        if is_ours:
            after = await asyncio.to_thread(analysed_by_seat, server.url)
            result.analysed = [(b - a) / result.seconds for a, b in zip(before, after, strict=True)]
            result.queue_age = float(np.mean(ages))
            result.stages = stage_means(samples(server.url))
        read(viewers, since, until, result)
        result.starts = await start_again(viewers[0], starts)
    finally:
        for viewer in viewers:
            await viewer.close()


def read(viewers: list[Viewer], since: float, until: float, result: Measured) -> None:
    """Compute frames per second and latency from what the viewers received."""
    if result.mode == "overlay":
        timed = [viewer.faces(since, until) for viewer in viewers]
    else:
        timed = [
            [(frame.received, frame.latency) for frame in viewer.fresh(since, until) if frame.latency is not None]
            for viewer in viewers
        ]
    result.received = [len(frames) / result.seconds for frames in timed]
    if result.app.startswith("simplest"):
        # The server repeats its last frame until the next one is processed, so a new counter means a processed frame.
        result.analysed = result.received
    pooled = [(received, seconds * 1000) for frames in timed for received, seconds in frames]
    values = [latency for _, latency in pooled]
    result.latency = {f"p{share}": float(np.percentile(values, share)) for share in (50, 95, 99)}
    for minute in range(int(result.seconds // 60)):
        begin = since + 60 * minute
        result.minutes.append(
            float(np.percentile([ms for received, ms in pooled if begin <= received < begin + 60], 95))
        )


OURS = "fairest"
SIMPLEST = "tests/bench/apps/simplest.py"
APPS = {
    "echo": ["tests/bench/apps/echo.py"],
    OURS: ["webapp/app.py"],
    "simplest": [SIMPLEST],
    "simplest-seed": [SIMPLEST, "seed"],
}
"""The scripts, each with what it is given."""


@dataclass(frozen=True, slots=True)
class Load:
    """The load on each app.

    seconds: duration of the measurement. size, fps: of the film. mode: of this project's app. busy, starts: see
    Measured.
    """

    viewers: int
    seconds: float
    size: tuple[int, int]
    fps: int
    mode: str = "drawn"
    busy: int = 0
    starts: int = 0


def measure(app: str, load: Load) -> Measured:
    """Measure one app under a load."""
    is_ours = app == OURS
    mode = load.mode if is_ours else "drawn"
    measured = Measured(app, load.viewers, load.size, load.fps, load.seconds, mode=mode, busy=load.busy)
    with (
        served(script=APPS[app], FAIREST_MAX_VIEWERS=str(load.viewers), TF_CPP_MIN_LOG_LEVEL="2") as server,
        busy(load.busy),
    ):
        asyncio.run(watch(server, measured, load.starts if is_ours else 0))
    return measured


def table(rows: list[Measured]) -> str:
    """Format the apps' results side by side."""
    echo = next((row for row in rows if row.app == "echo"), None)
    head = (
        "",
        "received fps",
        "analysed fps",
        "slowest",
        "in all",
        "p50",
        "p95",
        "p99",
        "added p95",
        "first",
        "CPU",
        "MB",
        "starts p95",
    )
    lines: list[tuple[str, ...]] = [head]
    for row in rows:
        analysed = row.analysed or [0.0]
        added = f"{row.latency['p95'] - echo.latency['p95']:.0f}" if echo and row is not echo else ""
        lines.append(
            (
                row.app,
                f"{np.mean(row.received):.1f}",
                f"{np.mean(analysed):.1f}",
                f"{min(analysed):.1f}",
                f"{sum(analysed):.1f}",
                *(f"{row.latency[name]:.0f}" for name in ("p50", "p95", "p99")),
                added,
                f"{row.first:.2f} s",
                f"{row.cpu:.0%}",
                f"{row.memory_mb[0]:.0f}-{row.memory_mb[-1]:.0f}",
                f"{np.percentile(row.starts, 95):.2f} s" if row.starts else "",
            )
        )
    widths = [max(len(line[k]) for line in lines) for k in range(len(head))]
    return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)
