"""Payloads of VP8 or H264, put together to frames by aiortc and our buffer, and decoded as aiortc does it.

The first byte is the codec; the first of each payload says whether it is the last of its frame.
"""

from __future__ import annotations

import av
from aiortc.codecs import CODECS, get_decoder
from aiortc.rtp import RtpPacket

from tests.fuzz.connection import LOOP, SSRC, Connection
from tests.fuzz.pieces import packets

ALLOWED: tuple[type[Exception], ...] = ()
VIDEO = [codec for codec in CODECS["video"] if codec.name != "rtx"]


def fuzz(data: bytes) -> None:
    codec = VIDEO[data[0] % len(VIDEO)] if data else VIDEO[0]
    LOOP.run_until_complete(_received(codec.payloadType, packets(data[1:])))


async def _received(payload_type: int, payloads: list[bytes]) -> None:
    connection = Connection()
    timestamp = 0
    for number, payload in enumerate(payloads):
        last = bool(payload[:1] and payload[0] & 1)
        packet = RtpPacket(payload_type, int(last), number, timestamp, SSRC, payload[1:])
        timestamp += 3000 * last
        await connection.rtp(packet.serialize())
    for codec, frame in connection.frames:
        try:
            get_decoder(codec).decode(frame)
        except av.FFmpegError:
            # aiortc then asks for a whole picture.
            continue
    await connection.close()
