"""Tolerate late answers to ICE consent checks (RFC 7675).

aioice sends a check every five seconds, waits half a second for each answer, and closes the connection after six late
ones in a row: over a satellite link, or next to a download that fills the line, after half a minute, however well the
video flows. docs/upstream.md has a report of it.
"""

from __future__ import annotations

import functools

from aioice.ice import StunProtocol
from aioice.stun import Message

from webapp.live.aiortc_internals import CONSENT_FAILURES, STUN_REQUEST
from webapp.live.handshake import ask_soon

TRIES = 10
"""Retransmissions of a check, paced as in webapp/live/handshake.py; an answer to any of them counts for 7 seconds."""
FAILURES = 3
"""Consecutive unanswered checks after which a connection is closed: 36 seconds; RFC 7675 has 30."""


@functools.cache
def wait_for_late_answers() -> None:
    """Do so for every connection from now on; once a process."""
    send = STUN_REQUEST.current

    @functools.wraps(send)
    async def patient(
        self: StunProtocol,
        request: Message,
        addr: tuple[str, int],
        integrity_key: bytes | None = None,
        retransmissions: int | None = None,
    ) -> tuple[Message, tuple[str, int]]:
        # Only questions of this kind are not repeated.
        tries = TRIES if retransmissions == 0 else retransmissions
        answer: tuple[Message, tuple[str, int]] = await send(self, request, addr, integrity_key, tries)
        return answer

    ask_soon()
    STUN_REQUEST.replace(patient)
    CONSENT_FAILURES.replace(FAILURES)
