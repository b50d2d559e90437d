"""Common checks of the fault tests: did a condition come true, and was anyone else affected."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import numpy as np

from tests.browser.serving import Server
from tests.live.film import EncodedFilm
from tests.live.metrics import samples
from tests.live.viewer import Viewer
from tests.patience import PATIENCE

SIZE, FPS = (320, 240), 15
"""Of the films: small, so that this machine does not limit the results."""

ALONE = 3.0
"""Seconds for which a bystander is measured before the fault."""


async def until(condition: Callable[[], bool], description: str, seconds: float = PATIENCE) -> None:
    """Wait for a condition, which may be slow to evaluate.

    Raises:
        AssertionError: it did not become true in time.
    """
    end = time.monotonic() + seconds
    while not await asyncio.to_thread(condition):
        assert time.monotonic() < end, f"{description}: not within {seconds:.0f} s"
        await asyncio.sleep(0.1)


async def read_metric(server: Server, name: str) -> float:
    """Return one value of /metrics."""
    return (await asyncio.to_thread(samples, server.url)).get(name, 0.0)


async def says(viewer: Viewer, sentence: str) -> None:
    """Wait until the viewer's page shows a message."""
    await until(lambda: any(sentence in text for text in viewer.texts()), f"{sentence!r} on the page")


async def comes_back(viewer: Viewer, frames: int = 5, seconds: float = PATIENCE) -> None:
    """Wait for this number of frames from now on."""
    since = time.monotonic()
    await until(lambda: len(viewer.fresh(since)) >= frames, f"{frames} frames back", seconds)


@asynccontextmanager
async def bystander(server: Server) -> AsyncIterator[Viewer]:
    """A viewer with a perfect network that must not be affected: its later rates are compared with those before."""

    async def counted() -> float:
        return await read_metric(server, "fairest_place_analysed_frames_total 0")

    async def measured(since: float, analysed: float) -> tuple[float, float, float]:
        """Frames a second, the slowest's seconds, analysed frames a second."""
        now = time.monotonic()
        analysed_since = await counted() - analysed
        latency = float(np.percentile(viewer.latencies(since), 95))
        return viewer.fps(since, now), latency, analysed_since / (now - since)

    async with Viewer(server.url, EncodedFilm(SIZE, FPS, 4.0)) as viewer:
        await viewer.start()
        await comes_back(viewer)
        since, analysed = time.monotonic(), await counted()
        await asyncio.sleep(ALONE)
        alone = await measured(since, analysed)
        since, analysed = time.monotonic(), await counted()
        yield viewer
        together = await measured(since, analysed)
        assert together[0] > 0.4 * alone[0]
        assert together[1] < 3 * alone[1] + 0.5
        assert together[2] > 0.2 * alone[2]
        await viewer.stop()
