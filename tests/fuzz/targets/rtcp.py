"""Decrypted RTCP packets, through aiortc's transport, receiver and sender."""

from __future__ import annotations

from tests.fuzz.connection import LOOP, Connection
from tests.fuzz.pieces import packets

ALLOWED: tuple[type[Exception], ...] = ()


def fuzz(data: bytes) -> None:
    LOOP.run_until_complete(_received(packets(data)))


async def _received(datagrams: list[bytes]) -> None:
    connection = Connection()
    for packet in datagrams:
        await connection.rtcp(packet)
    await connection.close()
