"""Request lost packets by NACK (RFC 4585, section 6.2.1), repeatedly, for as long as that helps."""

from __future__ import annotations

import time
from collections.abc import Callable

from aiortc.rtcrtpreceiver import NackGenerator
from aiortc.rtp import RTP_HISTORY_SIZE, RtpPacket
from aiortc.utils import uint16_add, uint16_gt

ASK_AGAIN, SOONEST, LATEST = 2.0, 0.05, 0.5
"""Round-trip times after which a missing packet is requested again, as every request brings another copy, for which a
slow network has no room; and the minimum and maximum of that time, seconds."""

FIRST_GUESS = 0.1
"""Initial estimate of the round-trip time, seconds."""

GIVE_UP = 0.6
"""Seconds of video that wait for a missing packet before it is given up."""

HOPELESS = 2.0
"""Seconds after a network became slow during which no packet from before the next keyframe is requested again."""


class PersistentNacks(NackGenerator):
    """Requests each missing packet repeatedly until it arrives or is given up, not only when another goes missing.

    `missing` holds the packets to request now; the receiver requests them whenever add() returns True.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        begins_whole: Callable[[RtpPacket], bool] = lambda _packet: False,
    ) -> None:
        """Args:
        clock: returns seconds.
        begins_whole: returns whether a packet is the first of a keyframe.
        """
        super().__init__()
        self._begins_whole = begins_whole
        self._clock = clock
        self._lost: dict[int, float] = {}
        self._requested_at: dict[int, float] = {}
        self._trip = FIRST_GUESS
        self._gave_up: float | None = None

    def give_up(self) -> None:
        """Request no missing packets until a keyframe begins: a slow network has no room for both."""
        self._gave_up = self._clock()

    def add(self, packet: RtpPacket) -> bool:
        """Take a received packet; return whether to request those in `missing` now."""
        now = self._clock()
        if self._gave_up is not None:
            self._lost.clear()
            self.missing.clear()
            if self.max_seq is None or uint16_gt(packet.sequence_number, self.max_seq):
                self.max_seq = packet.sequence_number
            if now - self._gave_up < HOPELESS and not self._begins_whole(packet):
                return False
            self._gave_up = None
        self._skip_to(packet.sequence_number)
        super().add(packet)
        for number in self.missing:
            self._lost.setdefault(number, now)
        lost_at = self._lost.pop(packet.sequence_number, None)
        if lost_at is not None:
            # Since the first request: which one was answered is unknown, and an overestimate only means fewer requests.
            self._trip += (now - lost_at - self._trip) / 4
        self._lost = {number: lost_at for number, lost_at in self._lost.items() if now - lost_at <= GIVE_UP}
        self._requested_at = {
            number: requested_at for number, requested_at in self._requested_at.items() if number in self._lost
        }
        wait = min(max(ASK_AGAIN * self._trip, SOONEST), LATEST)
        self.missing = {number for number in self._lost if now - self._requested_at.get(number, 0.0) >= wait}
        self._requested_at |= dict.fromkeys(self.missing, now)
        return bool(self.missing)

    def _skip_to(self, number: int) -> None:
        """Before a large jump, skip numbers older than the history: aiortc would add and forget them one by one."""
        if self.max_seq is not None and RTP_HISTORY_SIZE < uint16_add(number, -self.max_seq) < 1 << 15:
            self.max_seq = uint16_add(number, -RTP_HISTORY_SIZE - 1)
