"""Decrypted SCTP packets: chunks of every kind in an established association, and with them data channels."""

from __future__ import annotations

import struct

from google_crc32c import value as crc32c

from tests.fuzz.connection import LOOP, Connection
from tests.fuzz.pieces import packets

ALLOWED: tuple[type[Exception], ...] = ()
HEADER = struct.pack("!HHL", 5000, 5000, 0)


def packed(chunks: bytes) -> bytes:
    """Return a packet with its checksum."""
    return HEADER + struct.pack("<L", crc32c(HEADER + bytes(4) + chunks)) + chunks


def fuzz(data: bytes) -> None:
    LOOP.run_until_complete(_received(packets(data)))


async def _received(datagrams: list[bytes]) -> None:
    connection = Connection()
    for text in (b"a", b"b", b"c"):
        await connection.sctp._send(0, 51, text)
    for chunks in datagrams:
        await connection.sctp._handle_data(packed(chunks))
    await connection.close()
