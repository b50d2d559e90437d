"""Networks that lose, delay and throttle: the stream goes on, the page says why it is poor, others notice nothing."""

from __future__ import annotations

import asyncio
import time
from functools import partial

import numpy as np
import pytest

from core.draw import ABOVE, BELOW
from tests.browser.serving import Server
from tests.browser.video import tinted
from tests.live.film import DrawnFilm
from tests.live.link import Link
from tests.live.viewer import Viewer
from tests.live.watching import FPS, SIZE, bystander, comes_back, says, told, until

ANALYSED = "fairest_place_analysed_frames_total 1"
"""Of the second viewer."""

POOR = "network is slow or loses packets"


def viewer(server: Server, link: Link) -> Viewer:
    """One whose encoder adapts, as a browser's does."""
    return Viewer(server.url, DrawnFilm(SIZE, FPS), link=link)


async def goes_on(server: Server, poor: Viewer, seconds: float, least: float) -> None:
    """Frames come back and are analysed: so many a second at least."""
    since, before = time.monotonic(), await told(server, ANALYSED)
    await asyncio.sleep(seconds)
    assert len(poor.fresh(since)) >= least * seconds
    assert await told(server, ANALYSED) - before >= least * seconds


@pytest.mark.parametrize(("loss", "least", "patience"), [(0.05, 5.0, 30), (0.15, 2.0, 30), (0.25, 0.2, 75)])
def test_lost_packets(server: Server, loss: float, least: float, patience: float) -> None:
    async def run() -> None:
        async with bystander(server), viewer(server, Link(loss=loss, delay=0.01)) as poor:
            await poor.start(timeout=60)
            # At the worst of them the first whole picture is chance.
            await comes_back(poor, 1, patience)
            await goes_on(server, poor, 8, least)
            await says(poor, POOR, 20)
            await poor.stop()

    asyncio.run(run())


def test_a_long_way_with_jitter(server: Server) -> None:
    async def run() -> None:
        async with bystander(server), viewer(server, Link(delay=0.2, jitter=0.05)) as far:
            await far.start(timeout=30)
            await comes_back(far, 1, 20)
            since = time.monotonic()
            await goes_on(server, far, 5, 5.0)
            assert 0.4 < np.median(far.latencies(since)) < 1.2
            await says(far, POOR)
            await until(lambda: int(far.metrics()["Latency"].split()[0]) >= 400, 10, "the way counts as latency")
            await far.stop()

    asyncio.run(run())


def test_bandwidth_that_falls_and_comes_back(server: Server) -> None:
    async def run() -> None:
        link = Link(delay=0.02)
        async with bystander(server), viewer(server, link) as poor:
            await poor.start()
            await comes_back(poor)
            link.bandwidth = 200_000
            # What comes back is broken until the encoders at both ends have found out; how soon is chance.
            before = await told(server, ANALYSED)
            await asyncio.sleep(12)
            assert await told(server, ANALYSED) - before >= 12
            link.bandwidth = None
            await comes_back(poor, 30, 20)
            since = time.monotonic()
            await goes_on(server, poor, 5, 8.0)
            assert np.median(poor.latencies(since)) < 0.5
            await poor.stop()

    asyncio.run(run())


def test_frames_that_change_their_size(server: Server) -> None:
    def framed(one: Viewer, size: tuple[int, int]) -> bool:
        picture = one.newest()
        if picture is None or picture.shape[:2] != size[::-1]:
            return False
        return bool(max(tinted(picture, colour).sum() for colour in (ABOVE, BELOW)) > 200)

    async def run() -> None:
        film = DrawnFilm((640, 480), FPS)
        async with bystander(server), Viewer(server.url, film) as changing:
            await changing.start()
            for size in ((640, 480), (320, 240), (480, 640)):
                film.size = size
                await until(partial(framed, changing, size), 15, f"a framed face at {size}")
            await changing.stop()

    asyncio.run(run())
