"""Viewers who come and go leave nothing behind."""

from __future__ import annotations

import asyncio
from statistics import median

import pytest

from tests.bench.process import resident_mb
from tests.browser.serving import Server, served
from tests.live.film import EncodedFilm
from tests.live.test_faults import LARGE, film, settled
from tests.live.viewer import Viewer
from tests.live.watching import comes_back, read_metric


@pytest.mark.timeout(900)
def test_forty_connects_leave_nothing_behind() -> None:
    """Memory is compared by medians of ten: an allocator's pages come and go by 20 MB between two connects."""

    async def once(server: Server, seen: EncodedFilm) -> None:
        async with Viewer(server.url, seen) as viewer:
            await viewer.start()
            await comes_back(viewer)
            await viewer.stop()

    async def run(server: Server) -> None:
        seen = film(LARGE)
        for _ in range(10):
            await once(server, seen)
        await asyncio.sleep(3)
        threads, memory = await read_metric(server, "fairest_threads"), []
        for _ in range(30):
            await once(server, seen)
            memory.append(resident_mb(server.pid))
        await settled(server, threads)
        assert median(memory[-10:]) - median(memory[:10]) < 20

    with served() as server:
        asyncio.run(run(server))
