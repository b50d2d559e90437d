"""Networks with loss, delay and limited bandwidth: the stream continues, and others are not affected."""

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
from tests.live.watching import FPS, SIZE, bystander, comes_back, read_metric, until
from tests.patience import PATIENCE

pytestmark = pytest.mark.long

ANALYSED = "fairest_place_analysed_frames_total {}"
"""Of the first viewer, the bystander, and of the second."""


def viewer(server: Server, link: Link) -> Viewer:
    """Return a viewer whose encoder adapts, as a browser's does."""
    return Viewer(server.url, DrawnFilm(SIZE, FPS), link=link)


async def analysed(server: Server) -> np.ndarray:
    """Return the frames analysed so far for the bystander and the second viewer, (2,)."""
    return np.array([await read_metric(server, ANALYSED.format(place)) for place in (0, 1)])


async def goes_on(server: Server, reference: Viewer, impaired: Viewer, seconds: float, share: float) -> None:
    """Check that frames are returned and analysed: at least this share of the bystander's on the same machine."""
    since, frames_before = time.monotonic(), await analysed(server)
    await asyncio.sleep(seconds)
    reference_frames, impaired_frames = await analysed(server) - frames_before
    assert impaired_frames >= share * reference_frames
    assert len(impaired.fresh(since)) >= share * len(reference.fresh(since))


def later(impaired: Viewer, reference: Viewer, since: float) -> float:
    """Return the difference to the bystander's median latency in seconds."""
    return float(np.median(impaired.latencies(since)) - np.median(reference.latencies(since)))


def steady(impaired: Viewer, reference: Viewer) -> bool:
    """Return whether frames arrived in each half of the last two seconds, none much older than the bystander's."""
    now = time.monotonic()
    halves = [impaired.fresh(now - 2 + k / 2, now - 1.5 + k / 2) for k in range(4)]
    return all(halves) and max(impaired.latencies(now - 2)) < 1.0 + max(reference.latencies(now - 2), default=0.0)


@pytest.mark.parametrize(("loss", "share"), [(0.05, 0.3), (0.15, 0.1)])
def test_lost_packets(server: Server, loss: float, share: float) -> None:
    async def run() -> None:
        async with bystander(server) as reference, viewer(server, Link(loss=loss, delay=0.01)) as impaired:
            await impaired.start()
            await comes_back(impaired, 1, 2 * PATIENCE)
            await goes_on(server, reference, impaired, 8, share)
            await impaired.stop()

    asyncio.run(run())


@pytest.mark.parametrize("mode", ["overlay", "drawn"])
def test_with_one_packet_in_four_lost_every_viewer_gets_in_with_the_first_try(server: Server, mode: str) -> None:
    async def run() -> None:
        for seed in range(5):
            link = Link(loss=0.25, delay=0.01, seed=seed)
            async with Viewer(server.url, DrawnFilm(SIZE, FPS), link=link, mode=mode) as impaired:
                await impaired.start()
                if mode == "overlay":
                    await until(lambda: bool(impaired.faces()), "news of a face")
                else:
                    await comes_back(impaired, 1)
                await impaired.stop()

    asyncio.run(run())


def test_a_long_way_with_jitter(server: Server) -> None:
    async def run() -> None:
        async with bystander(server) as reference, viewer(server, Link(delay=0.2, jitter=0.05)) as impaired:
            await impaired.start()
            await comes_back(impaired, 1)
            since = time.monotonic()
            await goes_on(server, reference, impaired, 5, 0.3)
            assert 0.3 < later(impaired, reference, since) < 1.0
            await impaired.stop()

    asyncio.run(run())


def test_bandwidth_that_falls_and_comes_back(server: Server) -> None:
    async def run() -> None:
        link = Link(delay=0.02)
        async with bystander(server) as reference, viewer(server, link) as impaired:
            await impaired.start()
            await comes_back(impaired)
            link.bandwidth = 200_000
            # The returned video is damaged until the encoders at both ends have adapted.
            await until(lambda: steady(impaired, reference), "two seconds of pictures that are not old")
            frames_before = await analysed(server)
            await asyncio.sleep(5)
            reference_frames, impaired_frames = await analysed(server) - frames_before
            assert impaired_frames >= 0.2 * reference_frames
            link.bandwidth = None
            await comes_back(impaired, 30)
            since = time.monotonic()
            await goes_on(server, reference, impaired, 5, 0.5)
            assert later(impaired, reference, since) < 0.4
            await impaired.stop()

    asyncio.run(run())


def test_frames_that_change_their_size(server: Server) -> None:
    def framed(receiver: Viewer, size: tuple[int, int]) -> bool:
        picture = receiver.newest()
        if picture is None or picture.shape[:2] != size[::-1]:
            return False
        return bool(max(tinted(picture, colour).sum() for colour in (ABOVE, BELOW)) > 200)

    async def run() -> None:
        film = DrawnFilm((640, 480), FPS)
        async with bystander(server), Viewer(server.url, film) as changing:
            await changing.start()
            for size in ((640, 480), (320, 240), (480, 640)):
                film.size = size
                await until(partial(framed, changing, size), f"a framed face at {size}")
            await changing.stop()

    asyncio.run(run())
