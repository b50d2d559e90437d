"""Datagrams arriving at an ICE port from anyone.

An input whose first byte is odd holds only attributes, which are sent as by a client that knows the password.
"""

from __future__ import annotations

import asyncio
import struct
from typing import Any

from aioice import Candidate
from aioice import Connection as IceConnection
from aioice.ice import StunProtocol
from aioice.stun import COOKIE, message_fingerprint, message_integrity

from tests.fuzz.asgi import LOOP
from tests.fuzz.connection import faults_of_ours
from tests.fuzz.pieces import packets

ALLOWED: tuple[type[Exception], ...] = ()


class Socket:
    """A transport that sends nothing."""

    def sendto(self, data: bytes, address: object) -> None:
        """Discard a datagram."""

    def get_extra_info(self, name: str) -> object:
        """Return nothing."""


def signed(attributes: bytes, connection: IceConnection) -> bytes:
    """Return a Binding request from the client."""
    name = f"{connection.local_username}:x".encode()
    padded = name + bytes(-len(name) % 4)
    body = struct.pack("!HH", 6, len(name)) + padded + attributes[: len(attributes) // 4 * 4]
    head = struct.pack("!HHI12s", 1, len(body), COOKIE, b"transaction.")
    signature = message_integrity(head + body, connection.local_password.encode())
    body += struct.pack("!HH", 8, len(signature)) + signature
    sealed = struct.pack("!HHI12s", 1, len(body) + 8, COOKIE, b"transaction.") + body
    return sealed + struct.pack("!HHI", 0x8028, 4, message_fingerprint(sealed))


def fuzz(data: bytes) -> None:
    LOOP.run_until_complete(_received(data))


async def _received(data: bytes) -> None:
    faults = faults_of_ours()
    connection = IceConnection(ice_controlling=False)
    connection.remote_username, connection.remote_password = "x", "y" * 22
    protocol = StunProtocol(connection)
    socket: Any = Socket()
    protocol.connection_made(socket)
    protocol.local_candidate = Candidate.from_sdp("1 1 udp 1 192.0.2.1 5000 typ host")
    for packet in packets(data[1:]):
        protocol.datagram_received(signed(packet, connection) if data[0] & 1 else packet, ("192.0.2.7", 5000))
    while not connection._queue.empty():
        queued = connection._queue.get_nowait()
        assert queued is None or queued[0], "whoever reads it looks at its first byte"
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    await asyncio.sleep(0)
    if faults:
        raise faults[0]
