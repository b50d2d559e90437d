"""Which video needs no other: whole pictures, as their packets and their data tell. Pure."""

from __future__ import annotations

from aiortc.codecs.vpx import VpxPayloadDescriptor

VP8 = "video/VP8"

IDR, PARAMETERS, AGGREGATE, FRAGMENT = 5, 7, 24, 28
"""Types of H.264's NAL units (RFC 6184): of a whole picture, of a sequence's parameters, which come right before one;
several in a packet, and a part of one.
"""


def whole(codec: str, data: bytes) -> bool:
    """Whether a frame's data are a whole picture: by RFC 6386 and, of H.264, its NAL units.

    Args:
        codec: its MIME type.
        data: of a frame, as they are decoded.
    """
    if codec == VP8:
        return len(data) > 0 and not data[0] & 1
    return any(unit[:1] and unit[0] & 31 == IDR for unit in data.split(b"\0\0\1")[1:])


def begins_whole(codec: str, payload: bytes) -> bool:
    """Whether a packet is the first one of a whole picture, as far as it tells alone: by RFC 7741 and RFC 6184.

    Args:
        codec: its MIME type.
        payload: of the packet, as it came.
    """
    if codec == VP8:
        try:
            descriptor, data = VpxPayloadDescriptor.parse(payload)
        except ValueError:
            return False
        return descriptor.partition_start == 1 and descriptor.partition_id == 0 and whole(codec, data)
    kind = payload[0] & 31 if payload else 0
    if kind == AGGREGATE:
        kind = payload[3] & 31 if len(payload) > 3 else 0
    elif kind == FRAGMENT:
        first = len(payload) > 1 and payload[1] & 0x80
        kind = payload[1] & 31 if first else 0
    return kind in {IDR, PARAMETERS}
