"""Offers of live clients: as bare SDP, or in JSON if the first byte is odd."""

from __future__ import annotations

from webapp.common.refused import RefusedError
from webapp.live.signalling.offer import JSON, SDP, read_offer

ALLOWED = (RefusedError,)


def fuzz(data: bytes) -> None:
    read_offer(JSON if data[:1] and data[0] & 1 else SDP, data[1:])
