"""The floods, each by many clients with loopback addresses of their own.

Bounded in number, rate and time; the flooding process has a low priority.

python -m tests.chaos.floods.strangers NAME URL SECONDS [KEY]
    prints the number of responses by status as JSON; 0 stands for a closed or refused connection.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
import urllib.parse
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from aiortc import RTCConfiguration, RTCPeerConnection

from tests import faces

ADDRESSES = [f"127.0.{number // 200 + 1}.{number % 200 + 1}" for number in range(400)]
PICTURE = (faces.FOLDER / faces.ADULT).read_bytes()
NICENESS = 19
LINE_EVERY = 1.0
"""Seconds between two pieces that are slowly sent or read."""
PIECE = 512
"""Bytes that a slow reader reads at a time."""
RATE = 200.0
"""Maximum requests per second of one flood."""
ASK = 30.0
"""Timeout for a response in seconds."""


@dataclass(slots=True)
class Flood:
    """State of a flood: target, end time, an API key that one client has; and the responses so far."""

    url: str
    until: float
    key: str = ""
    responses: Counter[int] = field(default_factory=Counter)
    _sent: int = 0
    _begin: float = field(default_factory=time.monotonic)

    @property
    def left(self) -> float:
        """Seconds left."""
        return self.until - time.monotonic()

    async def turn(self) -> None:
        """Wait as long as needed to stay within RATE requests per second."""
        self._sent += 1
        await asyncio.sleep(max(0.0, self._begin + self._sent / RATE - time.monotonic()))

    async def connect(self, number: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect from a client's address. number: any; selects the client."""
        parts = urllib.parse.urlsplit(self.url)
        source = (ADDRESSES[number % len(ADDRESSES)], 0)
        return await asyncio.open_connection(parts.hostname, parts.port, local_addr=source)

    async def ask(self, number: int, head: str, body: bytes = b"") -> None:
        """Send one request on its own connection and count the response. head: header lines, without the last."""
        status = 0
        with suppress(OSError, TimeoutError, ValueError, IndexError):
            reader, writer = await self.connect(number)
            try:
                lines = f"{head}\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
                writer.write(lines.encode() + body)
                async with asyncio.timeout(min(ASK, max(0.1, self.left))):
                    status = int((await reader.readline()).split()[1])
                    await reader.read()
            finally:
                writer.close()
        self.responses[status] += 1


async def many(flood: Flood, at_once: int, once: Callable[[int], Awaitable[object]]) -> None:
    """Repeat an action with this concurrency."""

    async def again(number: int) -> None:
        while flood.left > 0:
            await flood.turn()
            await once(number)
            number += at_once

    await asyncio.gather(*(again(number) for number in range(at_once)))


async def offers(flood: Flood) -> None:
    """Valid offers whose clients never connect; every fourth is invalid."""
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    peer.addTransceiver("video", direction="sendonly")
    peer.createDataChannel("faces")
    await peer.setLocalDescription(await peer.createOffer())
    valid_offer = json.dumps({"sdp": peer.localDescription.sdp, "type": "offer", "mode": "overlay"}).encode()
    await peer.close()
    head = "POST /live/offer HTTP/1.1\r\nContent-Type: application/json"
    await many(flood, 32, lambda number: flood.ask(number, head, valid_offer[: 300 if number % 4 == 0 else None]))


async def sign_ins(flood: Flood) -> None:
    """Wrong passwords from many addresses."""
    head = "POST /sign-in HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded"
    await many(flood, 64, lambda number: flood.ask(number, head, f"password=wrong-{number}".encode()))


async def wrong_keys(flood: Flood) -> None:
    """Invalid API keys with the name of a valid one."""
    head = "GET /v1/models HTTP/1.1\r\nAuthorization: Bearer chaos."
    await many(flood, 64, lambda number: flood.ask(number, f"{head}{number}"))


async def uploads(flood: Flood) -> None:
    """Photos from a client with a key, and from many without."""
    head = "POST /v1/rate HTTP/1.1\r\nContent-Type: image/jpeg"
    keyed_head = f"{head}\r\nAuthorization: Bearer {flood.key}"
    await many(flood, 64, lambda number: flood.ask(number, keyed_head if number % 2 else head, PICTURE))


async def half_open(flood: Flood) -> None:
    """Connections on which nothing is ever sent."""
    await _hold(flood, 1000, b"")


async def slow_heads(flood: Flood) -> None:
    """A header line now and then, without end."""
    await _hold(flood, 400, b"GET / HTTP/1.1\r\nHost: localhost\r\n", b"X-More: more\r\n")


async def slow_bodies(flood: Flood) -> None:
    """A byte of a body now and then: of an offer, a password, a photo."""
    heads = (
        "POST /live/offer HTTP/1.1\r\nContent-Type: application/json",
        "POST /sign-in HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded",
        f"POST /v1/rate HTTP/1.1\r\nContent-Type: image/jpeg\r\nAuthorization: Bearer {flood.key}",
    )
    request_starts = [f"{head}\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\n".encode() for head in heads]
    await asyncio.gather(
        *(_held(flood, number, request_starts[number % len(request_starts)], b"x") for number in range(300))
    )


async def slow_readers(flood: Flood) -> None:
    """Clients that request much and read slowly: pages, and results of many photos."""
    boundary = "end-of-part"
    part = f'--{boundary}\r\nContent-Disposition: form-data; name="picture"; filename="a.jpg"\r\n\r\n'.encode()
    form = b"".join([part + PICTURE + b"\r\n" for _ in range(20)]) + f"--{boundary}--\r\n".encode()
    rate = (
        f"POST /v1/rate HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {flood.key}\r\n"
        f"Accept: application/x-ndjson\r\nContent-Type: multipart/form-data; boundary={boundary}\r\n"
        f"Content-Length: {len(form)}\r\n\r\n"
    ).encode() + form
    page = b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"
    requests = [rate if number % 10 == 0 else page * 40 for number in range(100)]
    await asyncio.gather(*(_held(flood, number, begin) for number, begin in enumerate(requests)))


async def _hold(flood: Flood, count: int, begin: bytes, piece: bytes = b"") -> None:
    await asyncio.gather(*(_held(flood, number, begin, piece) for number in range(count)))


async def _held(flood: Flood, number: int, begin: bytes, piece: bytes = b"") -> None:
    """Hold one connection: send its start, then now and then a further piece, and read a piece, until the end."""
    await asyncio.sleep(number / RATE)
    status = 0
    with suppress(OSError, TimeoutError, ValueError, IndexError):
        reader, writer = await flood.connect(number)
        try:
            writer.write(begin)
            while flood.left > 0:
                with suppress(TimeoutError):
                    async with asyncio.timeout(LINE_EVERY):
                        data = await reader.read(PIECE)
                        if not data:
                            break
                        if data.startswith(b"HTTP/"):
                            status = int(data.split()[1])
                await asyncio.sleep(min(LINE_EVERY, max(0.0, flood.left)))
                writer.write(piece)
            else:
                status = status or -1
        finally:
            writer.close()
    flood.responses[status] += 1


FLOODS: dict[str, Callable[[Flood], Awaitable[None]]] = {
    "offers": offers,
    "sign-ins": sign_ins,
    "wrong keys": wrong_keys,
    "uploads": uploads,
    "half-open connections": half_open,
    "slow heads": slow_heads,
    "slow bodies": slow_bodies,
    "slow readers": slow_readers,
}
"""By name. For held connections, status -1 counts those still open at the end without a response."""


async def _flood(name: str, flood: Flood) -> None:
    async with asyncio.timeout(flood.left + ASK):
        await FLOODS[name](flood)


def main() -> None:
    """Flood, and print the responses."""
    name, url, seconds, *key = sys.argv[1:]
    os.nice(NICENESS)
    flood = Flood(url, time.monotonic() + float(seconds), "".join(key))
    asyncio.run(_flood(name, flood))
    print(json.dumps({str(status): count for status, count in sorted(flood.responses.items())}))


if __name__ == "__main__":
    main()
