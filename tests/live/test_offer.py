"""Clients without the page, against the real app: by an offer over HTTP, with faces over a data channel."""

from __future__ import annotations

import asyncio

from tests.browser.serving import Server
from tests.live.caller import Caller
from tests.live.film import EncodedFilm
from tests.live.watching import FPS, read_metric, until

SIZE = (640, 480)


def film() -> EncodedFilm:
    return EncodedFilm(SIZE, FPS, 4.0)


def rated(caller: Caller) -> bool:
    return any(face["rating"] for told in caller.faces() for face in told["faces"])


def test_faces_come_by_the_data_channel_and_no_video_back(server: Server) -> None:
    async def run() -> None:
        async with Caller(server.url, film()) as caller:
            assert (await caller.call()).status == 201
            await caller.until(lambda: rated(caller), "a rated face")
            hello = caller.told[0]
            assert (hello["type"], hello["version"], hello["session"]) == ("hello", 1, caller.session)
            told = caller.faces()[-1]
            assert (told["width"], told["height"]) == SIZE
            (face,) = told["faces"]
            x, y, w, h = face["box"]
            assert 0 <= x < x + w <= SIZE[0]
            assert 0 <= y < y + h <= SIZE[1]
            assert len(face["motion"]) == 4
            assert face["track"] == 1
            times = [one["time"] for one in caller.faces()]
            assert times == sorted(set(times))
            assert not caller.back
            assert await read_metric(server, "fairest_viewers") == 1
            assert (await caller.end()).status == 200
            await until(lambda: caller.state == "closed", "the connection is over")
        assert await read_metric(server, "fairest_viewers") == 0

    asyncio.run(run())


def test_drawn_video_goes_back_where_it_is_asked_for(server: Server) -> None:
    async def run() -> None:
        async with Caller(server.url, film(), "drawn") as caller:
            assert (await caller.call()).status == 201
            await caller.until(lambda: rated(caller) and len(caller.back) > 5, "a rated face and video")
            assert (caller.back[-1].width, caller.back[-1].height) == SIZE

    asyncio.run(run())
