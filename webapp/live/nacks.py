"""Asks for lost packets again, as long as that helps: by NACKs (RFC 4585, section 6.2.1)."""

from __future__ import annotations

import time
from collections.abc import Callable

from aiortc.rtcrtpreceiver import NackGenerator
from aiortc.rtp import RTP_HISTORY_SIZE, RtpPacket
from aiortc.utils import uint16_add, uint16_gt

ASK_AGAIN, SOONEST, LATEST = 2.0, 0.05, 0.5
"""Ways there and back after which a missing packet is asked for once more, as each asking brings the packet again and a
slow network has no room for that; and the least and most seconds that this may be."""

FIRST_GUESS = 0.1
"""Seconds of a way there and back, before one was measured."""

GIVE_UP = 0.6
"""Seconds of video that wait for a missing packet before it is done without."""

HOPELESS = 2.0
"""Seconds after a network became slow in which nothing is asked for again that came before the next whole picture."""


class PersistentNacks(NackGenerator):
    """Asks for each missing packet now and then until it comes or is given up, not only when another goes missing.

    `missing`, which the receiver sends off whenever add() says so, holds those whose turn it is.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        begins_whole: Callable[[RtpPacket], bool] = lambda _packet: False,
    ) -> None:
        """Args:
        clock: seconds.
        begins_whole: whether a packet is the first one of a whole picture.
        """
        super().__init__()
        self._begins_whole = begins_whole
        self._clock = clock
        self._lost: dict[int, float] = {}
        self._asked: dict[int, float] = {}
        self._trip = FIRST_GUESS
        self._gave_up: float | None = None

    def give_up(self) -> None:
        """Ask for nothing that is missing, until a whole picture begins: a slow network has no room for both."""
        self._gave_up = self._clock()

    def add(self, packet: RtpPacket) -> bool:
        """Whether to ask for what is missing, after a packet came."""
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
        since = self._lost.pop(packet.sequence_number, None)
        if since is not None:
            # From the first asking: which one brought it cannot be told, and too long a way only means fewer askings.
            self._trip += (now - since - self._trip) / 4
        self._lost = {number: since for number, since in self._lost.items() if now - since <= GIVE_UP}
        self._asked = {number: asked for number, asked in self._asked.items() if number in self._lost}
        wait = min(max(ASK_AGAIN * self._trip, SOONEST), LATEST)
        self.missing = {number for number in self._lost if now - self._asked.get(number, 0.0) >= wait}
        self._asked |= dict.fromkeys(self.missing, now)
        return bool(self.missing)

    def _skip_to(self, number: int) -> None:
        """Before a leap, pass over what is forgotten at once: it would be counted through, number by number."""
        if self.max_seq is not None and RTP_HISTORY_SIZE < uint16_add(number, -self.max_seq) < 1 << 15:
            self.max_seq = uint16_add(number, -RTP_HISTORY_SIZE - 1)
