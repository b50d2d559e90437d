"""Viewers that vanish, analyses that fail, damaged weights, a server that stops."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import time
import urllib.error
import urllib.request
from contextlib import nullcontext
from pathlib import Path

import pytest

from core.settings import ROOT
from tests.browser.serving import Server, served
from tests.live.film import EncodedFilm
from tests.live.metrics import samples
from tests.live.page import Page
from tests.live.viewer import Viewer
from tests.live.watching import FPS, SIZE, bystander, comes_back, read_metric, says, until
from tests.patience import PATIENCE

pytestmark = pytest.mark.long

LARGE = (640, 480)
HUGE = (1920, 1440)
"""More than the page ever requests."""

LONG_DRAIN = str(int(2 * PATIENCE))
"""Seconds that a server waits for its viewers: one that stops within PATIENCE has not waited that long."""

POOL = 4
"""Threads by which the event loop's pool, of six at most, may still grow; they are kept for reuse."""


def film(size: tuple[int, int] = SIZE) -> EncodedFilm:
    return EncodedFilm(size, FPS, 4.0)


async def settled(server: Server, threads: float) -> None:
    """Wait until all seats are free and no extra threads are left except the pool's."""
    name = "fairest_viewers"
    for _ in range(300):
        viewers, now = await read_metric(server, name), await read_metric(server, "fairest_threads")
        if viewers == 0 and now <= threads + POOL:
            return
        await asyncio.sleep(0.2)
    raise AssertionError(f"{viewers:.0f} viewers and {now:.0f} threads are left; there were {threads:.0f}")


async def warmed(server: Server) -> float:
    """Return the number of threads once every pool has been used."""
    async with Viewer(server.url, film()) as first:
        await first.start()
        await comes_back(first)
        await first.stop()
    await asyncio.sleep(3)
    return await read_metric(server, "fairest_threads")


def test_what_is_larger_than_asked_for_comes_back_smaller_and_holds_up_nobody(server: Server) -> None:
    async def run() -> None:
        # Created beforehand and with few frames per second, so that the two senders in one process do not delay each
        # other.
        large_film = EncodedFilm(HUGE, 5, 4.0)
        async with bystander(server), Viewer(server.url, large_film) as greedy:
            await greedy.start()
            await until(lambda: len(greedy.received) > 5, "frames that come back")
            assert {(frame.width, frame.height) for frame in greedy.received} == {(960, 720)}

    asyncio.run(run())


def test_a_viewer_who_vanishes_leaves_nothing_behind(server: Server) -> None:
    async def run() -> None:
        threads = await warmed(server)
        async with bystander(server):
            async with Viewer(server.url, film()) as vanishing:
                await vanishing.start()
                await comes_back(vanishing)
                assert await read_metric(server, "fairest_viewers") == 2
                await vanishing.vanish()
            await until(lambda: samples(server.url)["fairest_viewers"] == 1, "the place is free")
        await settled(server, threads)

    asyncio.run(run())


def test_a_tab_that_is_reloaded_goes_on(server: Server) -> None:
    async def run() -> None:
        threads = await warmed(server)
        async with bystander(server), Viewer(server.url, film()) as tab:
            await tab.start()
            await comes_back(tab)
            await tab.reload()
            await comes_back(tab)
            await tab.stop()
        await settled(server, threads)

    asyncio.run(run())


@pytest.mark.parametrize(("fault", "sentence"), [("fails", "could not be analysed"), ("slow", "analysis is delayed")])
def test_an_analysis_that_fails_or_is_slow(tmp_path: Path, fault: str, sentence: str) -> None:
    async def run(server: Server) -> None:
        async with Viewer(server.url, film(LARGE)) as affected:
            # A slow analysis blocks the only worker: other viewers' ratings wait, but never their video.
            async with bystander(server) if fault == "fails" else nullcontext():
                await affected.start()
                await comes_back(affected)
                fault_file.write_text(fault)
                await says(affected, sentence)
                since = time.monotonic()
                await asyncio.sleep(3)
                frames = sum(frame.received >= since for frame in affected.received)
                # A slow one takes two seconds.
                assert frames > 6, "the video does not wait for the analysis"
                fault_file.write_text("")
                await until(lambda: not any(sentence in text for text in affected.texts()), "all is well again")
                await until(lambda: float(affected.metrics()["fps"]) > 0, "figures")
            await affected.stop()

    fault_file = tmp_path / "fault"
    fault_file.write_text("")
    with served(script=["tests/live/faulty.py"], FAULT=str(fault_file), FAIREST_MAX_VIEWERS="3") as server:
        asyncio.run(run(server))


def test_damaged_weights_stop_the_ratings_and_nothing_else(tmp_path: Path) -> None:
    async def run(server: Server) -> None:
        page = Page(server.url)
        await page.open()
        await page.until(lambda: any("damaged or was changed" in text for text in page.texts()), "the sentence")
        assert not page.has_player
        assert not any("Traceback" in text for text in page.texts())
        await page.close()
        with pytest.raises(urllib.error.HTTPError) as refused:
            await asyncio.to_thread(urllib.request.urlopen, f"{server.url}/healthz")
        assert (refused.value.code, json.loads(refused.value.read())) == (503, {"status": "broken"})

    shutil.copytree(ROOT / "weights", tmp_path / "weights")
    damaged = tmp_path / "weights" / "facegrid.tflite"
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"x")
    with served(FAIREST_WEIGHTS_DIR=str(tmp_path / "weights")) as server:
        asyncio.run(run(server))


def test_a_server_told_to_stop_does_so_with_viewers_on_it() -> None:
    async def run(server: Server) -> None:
        async with Viewer(server.url, film()) as first, Viewer(server.url, film()) as second:
            for viewer in (first, second):
                await viewer.start()
                await comes_back(viewer)
            server.process.send_signal(signal.SIGTERM)
            code = await asyncio.to_thread(server.process.wait, PATIENCE)
            assert code in {0, -signal.SIGTERM}

    with served() as server:
        asyncio.run(run(server))


@pytest.mark.parametrize("before", [[], [signal.SIGTERM]])
def test_ctrl_c_stops_at_once_whoever_is_there(before: list[signal.Signals]) -> None:
    async def run(server: Server) -> None:
        async with Viewer(server.url, film()) as viewer:
            await viewer.start()
            await comes_back(viewer)
            for number in [*before, signal.SIGINT]:
                server.process.send_signal(number)
                await asyncio.sleep(1)
            await asyncio.to_thread(server.process.wait, PATIENCE)

    with served(FAIREST_DRAIN_SECONDS=LONG_DRAIN) as server:
        asyncio.run(run(server))


def test_a_server_told_to_stop_lets_its_viewers_go_on_for_a_while() -> None:
    async def run(server: Server) -> None:
        async with Viewer(server.url, film()) as viewer:
            await viewer.start()
            await comes_back(viewer)
            server.process.send_signal(signal.SIGTERM)
            await says(viewer, "about to stop")
            assert await read_metric(server, "fairest_draining") == 1
            await asyncio.sleep(3)
            await comes_back(viewer)
            await viewer.stop()
            # It does not wait once nobody is there.
            await asyncio.to_thread(server.process.wait, PATIENCE)

    with served(FAIREST_DRAIN_SECONDS=LONG_DRAIN) as server:
        asyncio.run(run(server))
