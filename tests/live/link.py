"""An impaired network path between one viewer and the server, in user space, since netem is not always available.

`Link` holds the impairments, `Lane` decides what happens to each datagram, and `Wire` applies it to a viewer's sockets.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from aioice.ice import StunProtocol
from aiortc import RTCPeerConnection

LONGEST_QUEUE = 0.5
"""Default length of a bottleneck's queue in seconds."""
HEADERS = 28
"""Bytes of IPv4 and UDP headers per datagram, which count towards the bandwidth."""

Address = tuple[str, int]


@dataclass
class Link:
    """Impairments of the path in each direction; may be changed at any time. Datagrams are not reordered.

    Attributes:
        loss: share of datagrams lost, in [0, 1].
        delay: seconds.
        jitter: maximum deviation from the delay in seconds, in either direction.
        bandwidth: bits per second; None for no limit.
        seed: of the randomness; the same seed loses the same datagrams.
        queue: length of the bottleneck's queue in seconds; a datagram that would wait longer is dropped.
    """

    loss: float = 0.0
    delay: float = 0.0
    jitter: float = 0.0
    bandwidth: float | None = None
    seed: int = 0
    queue: float = LONGEST_QUEUE


class Lane:
    """One direction of a path. Pure: time and randomness are passed in as arguments."""

    def __init__(self) -> None:
        self._free_at = 0.0
        self._latest = 0.0

    def arrival(self, link: Link, size: int, now: float, chance: Callable[[], float]) -> float | None:
        """Return when a datagram sent now arrives; None if it is lost.

        Args:
            link: current state of the path.
            size: bytes, without headers.
            now: seconds.
            chance: draws a number in [0, 1).
        """
        if chance() < link.loss:
            return None
        departs_at = now
        if link.bandwidth is not None:
            starts_at = max(now, self._free_at)
            if starts_at - now > link.queue:
                return None
            departs_at = self._free_at = starts_at + 8 * (size + HEADERS) / link.bandwidth
        latency = max(0.0, link.delay + link.jitter * (2 * chance() - 1))
        self._latest = max(self._latest, departs_at + latency)
        return self._latest


class Wire:
    """Routes everything that one viewer's sockets send and receive through a link, including STUN.

    With a TURN server, only relayed traffic is affected, not communication with the server itself.

    Args:
        link: None for a perfect path.
    """

    def __init__(self, link: Link | None) -> None:
        self._up = Direction(link, 0)
        self._down = Direction(link, 1)
        self._sockets: list[_Socket] = []

    def join(self, peer: RTCPeerConnection) -> None:
        """Attach all sockets that a peer will open; call before it gathers candidates."""
        for transceiver in peer.getTransceivers():
            ice = transceiver.sender.transport.transport._connection
            ice._protocols = _Protocols(self._adopt)

    def cut(self) -> None:
        """Close the sockets at once; nothing more is sent, and datagrams in flight are lost."""
        self._up.clear()
        self._down.clear()
        for socket in self._sockets:
            socket.abort()

    def _adopt(self, protocol: StunProtocol) -> None:
        self._sockets.append(_Socket(protocol, self._up, self._down))


class _Protocols(list[StunProtocol]):
    """The list in which aioice keeps a connection's sockets; reports each one added, before its first use."""

    def __init__(self, adopt: Callable[[StunProtocol], None]) -> None:
        super().__init__()
        self._adopt = adopt

    def append(self, protocol: StunProtocol) -> None:
        self._adopt(protocol)
        super().append(protocol)

    def __iadd__(self, protocols: Iterable[StunProtocol]) -> _Protocols:  # type: ignore[override, misc]
        for protocol in protocols:
            self.append(protocol)
        return self


class Direction:
    """Delivers datagrams in order, each at its time, with a single timer."""

    def __init__(self, link: Link | None, number: int) -> None:
        self._link = link
        self._lane = Lane()
        self._chance = random.Random(f"{link.seed}/{number}").random if link else None
        self._waiting: deque[tuple[float, Callable[[], None]]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def send(self, size: int, deliver: Callable[[], None]) -> None:
        """Deliver a datagram at its arrival time, unless it is lost."""
        if self._link is None or self._chance is None:
            deliver()
            return
        now = asyncio.get_running_loop().time()
        arrival = self._lane.arrival(self._link, size, now, self._chance)
        if arrival is None:
            return
        if arrival <= now and not self._waiting:
            deliver()
        else:
            self._put(arrival, deliver)

    def afterwards(self, callback: Callable[[], None]) -> None:
        """Run a callback after everything in flight has arrived."""
        if self._waiting:
            self._put(self._waiting[-1][0], callback)
        else:
            callback()

    def clear(self) -> None:
        """Drop everything in flight."""
        self._waiting.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _put(self, due: float, callback: Callable[[], None]) -> None:
        self._waiting.append((due, callback))
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_at(due, self._deliver)

    def _deliver(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = None
        while self._waiting and self._waiting[0][0] <= loop.time():
            self._waiting.popleft()[1]()
        if self._waiting and self._timer is None:
            self._timer = loop.call_at(self._waiting[0][0], self._deliver)


class _Socket(asyncio.DatagramTransport):
    """Sits between an aioice protocol and its real transport."""

    def __init__(self, protocol: StunProtocol, up: Direction, down: Direction) -> None:
        super().__init__()
        self._transport = protocol.transport
        self._receive = protocol.datagram_received
        self._up, self._down = up, down
        self._cut = False
        protocol.transport = self
        # The transport looks up the method for each datagram.
        setattr(protocol, "datagram_received", self._arrived)  # noqa: B010

    def sendto(self, data: Any, addr: Any = None) -> None:
        self._up.send(len(data), lambda: self._send_now(data, addr))

    def _send_now(self, data: Any, addr: Any) -> None:
        if not self._cut and not self._transport.is_closing():
            self._transport.sendto(data, addr)

    def _arrived(self, data: bytes, addr: Address) -> None:
        self._down.send(len(data), lambda: self._receive_now(data, addr))

    def _receive_now(self, data: bytes, addr: Address) -> None:
        if not self._cut and not self._transport.is_closing():
            self._receive(data, addr)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._transport.get_extra_info(name, default)

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def close(self) -> None:
        # Earlier datagrams, such as a goodbye, are still sent.
        self._up.afterwards(self._transport.close)

    def abort(self) -> None:
        self._cut = True
        self._transport.abort()
