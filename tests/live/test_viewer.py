"""A viewer against the real app: START, frames with the right counters, the page's figures, STOP, START again."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from tests.browser.serving import served
from tests.live.film import EncodedFilm, Pace
from tests.live.viewer import Viewer
from tests.live.watching import comes_back


def test_pace_does_not_drift_and_skips_what_is_late() -> None:
    pace = Pace(10)
    steps = [pace.next(now) for now in (100.0, 100.0, 100.13, 100.57, 100.57)]
    assert [number for number, _ in steps] == [0, 1, 2, 5, 6]
    assert [wait for _, wait in steps] == pytest.approx([0.0, 0.1, 0.07, 0.0, 0.03])


def test_a_late_encoded_film_begins_with_its_key_picture() -> None:
    async def run() -> None:
        film = EncodedFilm((160, 120), 10, 2.0)
        times = [(await film.recv()).pts for _ in range(3)]
        assert times == [0, 9000, 18000]
        assert list(film.sent) == [0, 1, 2]
        first_sent = film.sent[0]
        film.stop()
        # The keyframe of the film's current second, at a later time.
        assert (await film.recv()).pts == 27000
        assert film.sent[0] > first_sent
        assert 3 not in film.sent
        await asyncio.sleep(1.0)
        await film.recv()
        assert max(film.sent) >= 10

    asyncio.run(run())


def test_a_viewer_gets_its_film_back_and_can_start_again() -> None:
    threads_before = set(threading.enumerate())

    async def watch(viewer: Viewer) -> None:
        await viewer.start()
        assert viewer.connected
        await comes_back(viewer, 1)

    async def run(url: str) -> None:
        source = EncodedFilm(seconds=4.0)
        async with Viewer(url, source) as viewer:
            await watch(viewer)
            # The page's figures are averages over a few seconds.
            await asyncio.sleep(2.0)
            since = time.monotonic()
            await comes_back(viewer, 20)
            frames = viewer.fresh(since)
            assert all((frame.width, frame.height) == (640, 480) for frame in frames)
            assert all(0 < latency < source.period for latency in viewer.latencies(since))
            assert float(viewer.metrics()["fps"]) > 0
            assert any("taste" in text for text in viewer.texts())
            picture = viewer.newest()
            assert picture is not None
            assert picture.shape == (480, 640, 3)
            await viewer.stop()
            assert not viewer.connected
            await watch(viewer)
            await viewer.reload()
            await comes_back(viewer, 1)
            await viewer.stop()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    with served() as server:
        asyncio.run(run(server.url))
    assert set(threading.enumerate()) == threads_before
