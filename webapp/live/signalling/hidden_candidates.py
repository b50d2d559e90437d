"""Candidates whose addresses a browser hides behind mDNS names, as it does until it may use the camera.

aiortc waits a second for the names before it answers. A server elsewhere cannot resolve them, and if an offer has no
other candidates, aioice gives up at once, although the browser's own checks show its address. And Firefox names its
preferred candidate in the lines `c=` and `a=rtcp` as well, which aiortc can read but not write.
"""

from __future__ import annotations

import re

from aiortc import RTCIceCandidate
from aiortc.sdp import candidate_from_sdp

CANDIDATE, END = "a=candidate:", "a=end-of-candidates"
NAME = ".local"
"""How an mDNS name ends."""
ADDRESS = re.compile(r"IN IP[46] \S+\.local$")
ANY_ADDRESS = "IN IP4 0.0.0.0"


def split_hidden(sdp: str) -> tuple[str, list[RTCIceCandidate]]:
    """Split an offer into what can be set at once, and the candidates that must be resolved first.

    Args:
        sdp: an offer that can be parsed.

    Returns:
        The offer without those candidates and without the end of its candidates, so that the connection waits for
        them, and for the browser's checks; and the candidates.
    """
    kept: list[str] = []
    hidden: list[RTCIceCandidate] = []
    section = -1
    for line in sdp.splitlines():
        section += line.startswith("m=")
        if section >= 0 and line.startswith(CANDIDATE):
            candidate = candidate_from_sdp(line.removeprefix(CANDIDATE))
            if candidate.ip.endswith(NAME):
                candidate.sdpMLineIndex = section
                hidden.append(candidate)
                continue
        if line != END:
            kept.append(ADDRESS.sub(ANY_ADDRESS, line))
    return "\r\n".join(kept) + "\r\n", hidden
