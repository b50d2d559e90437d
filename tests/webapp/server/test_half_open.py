from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from tests.patience import PATIENCE
from webapp.server import half_open
from webapp.server.half_open import Waiting, limit_waiting

HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n"

Talk = Callable[[int, Waiting], Awaitable[None]]


async def answers_at_once(scope: Any, _receive: Any, send: Any) -> None:
    """Whatever is asked, and before a body has come."""
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


def served(monkeypatch: pytest.MonkeyPatch, talk: Talk, seconds: float = 0.3, most: int = 400) -> None:
    """Talk to a server of this process, of which connections may wait for so long, and be so many."""
    for name in ("connection_made", "data_received", "connection_lost"):
        monkeypatch.setattr(H11Protocol, name, getattr(H11Protocol, name))
    waiting = Waiting(seconds, most)
    monkeypatch.setattr(half_open, "Waiting", lambda: waiting)
    limit_waiting.__wrapped__()

    async def run() -> None:
        config = uvicorn.Config(
            answers_at_once, http="h11", lifespan="off", log_level="critical", timeout_keep_alive=60
        )
        config.load()
        state = uvicorn.server.ServerState()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: H11Protocol(config=config, server_state=state, app_state={}), "127.0.0.1", 0
        )
        async with server, asyncio.timeout(PATIENCE):
            await talk(server.sockets[0].getsockname()[1], waiting)

    asyncio.run(run())


@pytest.mark.parametrize("begin", [b"", b"GET / HTTP/1.1\r\nHost:", POST + b"x"])
def test_whoever_sends_no_whole_request_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, begin: bytes) -> None:
    async def talk(port: int, waiting: Waiting) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(begin)
        if begin.startswith(POST):
            # It was answered; the rest of the body is not waited for either.
            assert (await reader.readuntil(b"ok")).startswith(b"HTTP/1.1 200")
            writer.write(b"y")
        assert await reader.read() == b""
        assert len(waiting) == 0
        writer.close()

    served(monkeypatch, talk)


def test_a_connection_that_asks_again_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    async def talk(port: int, waiting: Waiting) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(4):
            writer.write(HEAD)
            assert (await reader.readuntil(b"ok")).startswith(b"HTTP/1.1 200")
            await asyncio.sleep(0.2)
        assert len(waiting) == 0
        writer.close()

    served(monkeypatch, talk)


def test_of_too_many_the_one_that_has_waited_for_longest_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    async def talk(port: int, _: Waiting) -> None:
        first, *others = [await asyncio.open_connection("127.0.0.1", port) for _ in range(4)]
        assert await first[0].read() == b""
        for reader, writer in others:
            writer.write(HEAD)
            assert (await reader.readuntil(b"ok")).startswith(b"HTTP/1.1 200")
        for _reader, writer in (first, *others):
            writer.close()

    served(monkeypatch, talk, seconds=PATIENCE, most=3)
