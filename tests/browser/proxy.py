"""A reverse proxy that passes on what lies below one path, as it came, and answers 404 to all else."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.browser.serving import free_port

MAX_CHUNK = 65536
"""Bytes of a request's head."""


@dataclass
class Proxy:
    """A running proxy. url: its own, without the path. outside: what it was asked beside that path."""

    url: str
    outside: list[str] = field(default_factory=list)


@contextmanager
def proxied(target: int, base: str) -> Iterator[Proxy]:
    """A proxy before a server of this machine.

    Args:
        target: the server's port.
        base: the path that is passed on, as "/fairest"; nothing is taken away from it.
    """
    proxy = Proxy(f"http://localhost:{(port := free_port())}")
    loop = asyncio.new_event_loop()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            path = head.split(" ")[1]
            if re.fullmatch(rf"{re.escape(base)}([/?].*)?", path):
                await _pass_on(head, reader, writer, target)
            else:
                proxy.outside.append(path)
                writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                await writer.drain()
        writer.close()

    # In a thread of its own: the test's may run a loop already, of Playwright's.
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    starting = asyncio.start_server(serve, "127.0.0.1", port, limit=MAX_CHUNK)
    listener = asyncio.run_coroutine_threadsafe(starting, loop).result(timeout=10)
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(listener.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


async def _pass_on(head: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: int) -> None:
    """One request and its answer, or a WebSocket; each has a connection of its own, so that each is looked at."""
    if not re.search(r"^upgrade:", head, re.IGNORECASE | re.MULTILINE):
        head = re.sub(r"^connection:.*\r\n", "", head, flags=re.IGNORECASE | re.MULTILINE)
        head = f"{head[:-2]}Connection: close\r\n\r\n"
    from_server, to_server = await asyncio.open_connection("127.0.0.1", target)
    to_server.write(head.encode("latin-1"))
    await asyncio.wait(
        {asyncio.ensure_future(_pump(reader, to_server)), asyncio.ensure_future(_pump(from_server, writer))},
        return_when=asyncio.FIRST_COMPLETED,
    )
    to_server.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(MAX_CHUNK):
            writer.write(data)
            await writer.drain()
