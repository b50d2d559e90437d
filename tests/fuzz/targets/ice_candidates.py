"""ICE candidates, one per line, in an otherwise valid offer."""

from __future__ import annotations

from aiortc.sdp import SessionDescription, candidate_from_sdp, candidate_to_sdp

from webapp.common.refused import RefusedError
from webapp.live.signalling.offer import SDP, read_offer

ALLOWED = (RefusedError,)
OFFER = b"""v=0
o=- 1 2 IN IP4 127.0.0.1
s=-
t=0 0
m=video 9 UDP/TLS/RTP/SAVPF 96
c=IN IP4 0.0.0.0
a=mid:0
a=sendrecv
a=rtpmap:96 VP8/90000
a=rtcp-mux
a=ice-ufrag:abcd
a=ice-pwd:abcdefghijklmnopqrstuvwx
a=setup:actpass
a=fingerprint:sha-256 """ + b":".join([b"AB"] * 32)


def fuzz(data: bytes) -> None:
    lines = b"".join(b"\na=candidate:" + line for line in data.splitlines())
    offer = read_offer(SDP, OFFER + lines + b"\n")
    for media in SessionDescription.parse(offer.sdp).media:
        for candidate in media.ice_candidates:
            assert candidate_from_sdp(candidate_to_sdp(candidate)) == candidate
