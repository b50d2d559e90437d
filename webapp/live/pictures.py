"""Recognise keyframes by packet or frame data. Pure functions."""

from __future__ import annotations

from aiortc.codecs.vpx import VpxPayloadDescriptor

VP8 = "video/VP8"

IDR, PARAMETERS, AGGREGATE, FRAGMENT = 5, 7, 24, 28
"""NAL unit types of H.264 (RFC 6184): keyframe slice; sequence parameters, which directly precede a keyframe;
aggregation packet; and fragment."""


def whole(codec: str, data: bytes) -> bool:
    """Return whether a frame's data is a keyframe, by RFC 6386 or the NAL units of H.264.

    Args:
        codec: its MIME type.
        data: the frame's data as passed to the decoder.
    """
    if codec == VP8:
        return len(data) > 0 and not data[0] & 1
    return any(unit[:1] and unit[0] & 31 == IDR for unit in data.split(b"\0\0\1")[1:])


def begins_whole(codec: str, payload: bytes) -> bool:
    """Return whether a packet is the first of a keyframe, as far as it alone can tell (RFC 7741, RFC 6184).

    Args:
        codec: its MIME type.
        payload: the packet's payload as received.
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
