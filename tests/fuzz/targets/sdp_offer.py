"""Offers of live clients: as bare SDP, or in JSON if the first byte is odd. One that is accepted can be set."""

from __future__ import annotations

from aiortc.sdp import SessionDescription

from webapp.common.refused import RefusedError
from webapp.live.signalling.hidden_candidates import split_hidden
from webapp.live.signalling.offer import JSON, SDP, read_offer

ALLOWED = (RefusedError,)


def fuzz(data: bytes) -> None:
    offer = read_offer(JSON if data[:1] and data[0] & 1 else SDP, data[1:])
    shown, hidden = split_hidden(offer.sdp)
    sections = SessionDescription.parse(shown).media
    offered = sum(len(media.ice_candidates) for media in SessionDescription.parse(offer.sdp).media)
    assert sum(len(media.ice_candidates) for media in sections) + len(hidden) == offered
    assert not any(media.ice_candidates_complete for media in sections)
