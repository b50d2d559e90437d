"""An impaired network path between a browser and the server, as a relay that both take for each other."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from types import TracebackType
from typing import cast

from aioice.ice import get_host_addresses
from playwright.sync_api import Route

from tests.live.link import Address, Direction, Link
from tests.patience import PATIENCE
from webapp.live.signalling.event_loop import LoopThread

HOST = re.compile(r"^a=candidate:\S+ 1 udp \d+ ([\d.]+) (\d+) typ host", re.MULTILINE)
CANDIDATE = "a=candidate:1 1 udp 2130706431 {} {} typ host\r\na=end-of-candidates\r\n"


class _Port(asyncio.DatagramProtocol):
    """A socket that hands on what it receives."""

    transport: asyncio.DatagramTransport

    def __init__(self, receive: Callable[[bytes, Address], None]) -> None:
        self._receive = receive

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self._receive(data, addr)


class Relay:
    """A path for the connections of one page, each in turn; a context manager.

    Attributes:
        up, down: impairments towards the server and towards the browser.
    """

    def __init__(self, up: Link, down: Link) -> None:
        self.up, self.down = up, down
        self._loop = LoopThread("relay")
        self._ports: list[_Port] = []
        self._browser: Address | None = None
        self._server: Address | None = None

    def __enter__(self) -> Relay:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.wait(self._close(), PATIENCE)
        self._loop.close(PATIENCE)

    def handle(self, route: Route) -> None:
        """Send a page's offer on, and its answer back, each with the relay's address; for Playwright's `page.route`."""
        front, back = self._loop.wait(self._open(), PATIENCE)
        offer = json.loads(route.request.post_data or "{}")
        offer["sdp"] = with_candidate(offer["sdp"], back)
        response = route.fetch(post_data=json.dumps(offer))
        answer = response.json()
        if response.ok:
            host = HOST.search(answer["sdp"])
            assert host, f"expected a candidate of IPv4; received {answer['sdp']}"
            self._server = (host[1], int(host[2]))
            answer["sdp"] = with_candidate(answer["sdp"], front)
        route.fulfill(response=response, body=json.dumps(answer))

    async def _open(self) -> tuple[Address, Address]:
        """Open the sockets for a connection, and close those of the one before."""
        await self._close()
        self._browser = self._server = None
        up, down = Direction(self.up, 0), Direction(self.down, 1)
        front = _Port(lambda data, addr: self._from_browser(up, data, addr))
        back = _Port(lambda data, _addr: self._from_server(down, data))
        host = get_host_addresses(use_ipv4=True, use_ipv6=False)[0]
        for port in (front, back):
            await asyncio.get_running_loop().create_datagram_endpoint(lambda port=port: port, (host, 0))  # type: ignore[misc]
        self._ports = [front, back]
        return front.transport.get_extra_info("sockname"), back.transport.get_extra_info("sockname")

    async def _close(self) -> None:
        for port in self._ports:
            port.transport.abort()
        self._ports = []

    def _from_browser(self, up: Direction, data: bytes, addr: Address) -> None:
        self._browser = addr
        up.send(len(data), lambda: self._send(1, data, self._server))

    def _from_server(self, down: Direction, data: bytes) -> None:
        down.send(len(data), lambda: self._send(0, data, self._browser))

    def _send(self, port: int, data: bytes, addr: Address | None) -> None:
        if addr is not None and self._ports:
            self._ports[port].transport.sendto(data, addr)


def with_candidate(sdp: str, address: Address) -> str:
    """Return an offer or answer with one candidate instead of its own."""
    lines = [line for line in sdp.splitlines() if not line.startswith(("a=candidate:", "a=end-of-candidates"))]
    text = "\r\n".join(lines) + "\r\n"
    return re.sub(r"(^a=mid:\S+\r\n)", lambda mid: mid[1] + CANDIDATE.format(*address), text, flags=re.MULTILINE)
