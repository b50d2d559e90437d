"""Video that ends with the session of who watches it."""

from __future__ import annotations

import asyncio

import pytest

from tests.webapp.asgi import ask
from tests.webapp.auth.gated import Clock, Socket, cookie, enter
from webapp.auth.gate import Gate
from webapp.auth.streams import Streams, key_of_session
from webapp.auth.tokens import LIFE, token_name


class Video:
    """A live stream."""

    def __init__(self) -> None:
        self.on = True

    def stop(self) -> None:
        self.on = False


@pytest.fixture
def live(gate: Gate) -> Streams:
    gate._live = Streams()
    return gate._live


def under(held: str) -> str:
    return key_of_session(token_name(held.partition("=")[2].strip('"')))


def test_signing_out_ends_the_video_of_that_session_and_no_other(gate: Gate, held: str, live: Streams) -> None:
    mine, others, late = Video(), Video(), Video()
    live.add(under(held), mine)
    live.add(under(cookie(enter(gate))), others)
    ask(gate, "/sign-out", "POST", cookie=held)
    live.add(under(held), late)
    assert (mine.on, others.on, late.on) == (False, True, False)


def test_video_ends_with_its_session(gate: Gate, clock: Clock, held: str, live: Streams) -> None:
    video = Video()
    live.add(under(held), video)
    clock.now += LIFE - 0.05

    async def play() -> None:
        socket = Socket(gate, cookie=held)
        await asyncio.wait_for(socket.task, 10)
        for _ in range(200):
            if not video.on:
                break
            await asyncio.sleep(0.02)

    asyncio.run(play())
    assert not video.on
