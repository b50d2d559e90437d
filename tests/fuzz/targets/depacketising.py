"""VP8 or H264 payloads, reassembled by aiortc and the app's jitter buffer, and decoded up to the size limit.

The first byte selects the codec; the first byte of each payload says whether it is the last of its frame.
"""

from __future__ import annotations

from unittest import mock

import av
from aiortc.codecs import CODECS
from aiortc.rtp import RtpPacket

from tests.fuzz.connection import LOOP, SSRC, Connection
from tests.fuzz.pieces import packets
from webapp.live import frames
from webapp.live.frames import fitting_decoder

ALLOWED: tuple[type[Exception], ...] = ()
TYPES = [codec.payloadType or 0 for codec in CODECS["video"] if codec.name != "rtx"]


def fuzz(data: bytes) -> None:
    payload_type = TYPES[data[0] % len(TYPES)] if data else TYPES[0]
    # This is not a decoder thread, so it must not lower its priority.
    with mock.patch.object(frames, "give_way"):
        LOOP.run_until_complete(_received(payload_type, packets(data[1:])))


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
            fitting_decoder(codec).decode(frame)
        except av.FFmpegError:
            # aiortc then requests a keyframe.
            continue
    await connection.close()
