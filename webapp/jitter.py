"""Makes aiortc show each received frame as soon as it is complete, and go on when packets stay lost.

aiortc's own jitter buffer waits for the first packet of the next frame, which adds a frame's time to every latency. It
gives out one frame a packet at most, so that what piled up behind a lost packet may never drain; and a packet whose
resending was lost as well is asked for no more, and stops the video until hundreds of others have come. And it encodes
at 250 kbit/s at least, whatever the other end asks for: on a slower network no video is left.
"""

from __future__ import annotations

import functools
import queue
import time
from collections.abc import Callable
from typing import Any

from aiortc import RTCRtpReceiver
from aiortc.codecs import h264, vpx
from aiortc.jitterbuffer import JitterBuffer, JitterFrame
from aiortc.rtcrtpreceiver import NackGenerator
from aiortc.rtp import RtpPacket
from aiortc.utils import uint32_add

CAPACITY = 512
"""Packets; a power of two, as sequence numbers wrap."""

CLOCK = 90_000
"""RTP's clock for video, Hz."""

ASK_AGAIN = 0.25
"""Seconds after which a missing packet is asked for once more: longer than most ways there and back, as each asking
brings the packet again, and a slow network has no room for that."""

GIVE_UP = 0.6
"""Seconds of video that wait for a missing packet before it is done without."""

LEAST_BITRATE = 50_000
"""Bits a second at which video is still encoded, as in browsers."""


class PersistentNacks(NackGenerator):
    """Asks for each missing packet now and then until it comes or is given up, not only when another goes missing.

    `missing`, which the receiver sends off whenever add() says so, holds those whose turn it is.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._lost: dict[int, float] = {}
        self._asked: dict[int, float] = {}

    def add(self, packet: RtpPacket) -> bool:
        """Whether to ask for what is missing, after a packet came."""
        now = self._clock()
        super().add(packet)
        for number in self.missing:
            self._lost.setdefault(number, now)
        self._lost.pop(packet.sequence_number, None)
        self._lost = {number: since for number, since in self._lost.items() if now - since <= GIVE_UP}
        self._asked = {number: asked for number, asked in self._asked.items() if number in self._lost}
        self.missing = {number for number in self._lost if now - self._asked.get(number, 0.0) >= ASK_AGAIN}
        self._asked |= dict.fromkeys(self.missing, now)
        return bool(self.missing)


class PromptBuffer(JitterBuffer):
    """Hands each frame over with its last packet, which bears the marker, and then all that waited behind it."""

    def __init__(self, deliver: Callable[[RtpPacket, JitterFrame], None]) -> None:
        """Args:
        deliver: takes a packet of the frame and the frame, in order.
        """
        super().__init__(capacity=CAPACITY, is_video=True)
        self._deliver = deliver
        self._shown: int | None = None

    def add(self, packet: RtpPacket) -> tuple[bool, JitterFrame | None]:
        """Take a packet. The first of the pair says that a packet was given up, so that a whole picture is needed."""
        lost, _ = super().add(packet)
        if self._shown is not None and self._origin is not None:
            waits = uint32_add(packet.timestamp, -self._shown)
            # Beyond half the range it is one that came late, from before the last shown.
            if GIVE_UP * CLOCK < waits < 1 << 31:
                lost = self._skip() or lost
        return lost, None

    def _remove_frame(self, sequence_number: int) -> JitterFrame | None:
        while (frame := self._complete_frame()) is not None:
            self._deliver(*frame)
        return None

    def _packet(self, count: int) -> Any:
        assert self._origin is not None, "add() sets it first"
        return self._packets[(self._origin + count) % self.capacity]

    def _complete_frame(self) -> tuple[RtpPacket, JitterFrame] | None:
        data = []
        for count in range(self.capacity):
            packet = self._packet(count)
            if packet is None:
                break
            data.append(packet._data)
            if packet.marker:
                self.remove(count + 1)
                self._shown = packet.timestamp
                return packet, JitterFrame(data=b"".join(data), timestamp=packet.timestamp)
        return None

    def _skip(self) -> bool:
        """Do without the missing packet and all of the frame that it belongs to; False when nothing follows it."""
        gap = next((count for count in range(self.capacity) if self._packet(count) is None), self.capacity)
        for count in range(gap + 1, self.capacity - 1):
            before, first = self._packet(count), self._packet(count + 1)
            if before is not None and before.marker and first is not None:
                self.remove(count + 1)
                self._remove_frame(first.sequence_number)
                return True
        return False


def hurry(receiver: RTCRtpReceiver) -> None:
    """Give a video receiver, before it starts, these two in place of its own."""
    name = "_RTCRtpReceiver__"
    decoder: queue.Queue[Any] = getattr(receiver, f"{name}decoder_queue")

    def deliver(packet: RtpPacket, frame: JitterFrame) -> None:
        frame.timestamp = getattr(receiver, f"{name}timestamp_mapper").map(frame.timestamp)
        decoder.put((getattr(receiver, f"{name}codecs")[packet.payload_type], frame))

    setattr(receiver, f"{name}jitter_buffer", PromptBuffer(deliver))
    setattr(receiver, f"{name}nack_generator", PersistentNacks())


def encode_low() -> None:
    """Let aiortc's encoders go down to LEAST_BITRATE when the other end asks for it."""
    vpx.MIN_BITRATE = h264.MIN_BITRATE = LEAST_BITRATE


@functools.cache
def hurry_all() -> None:
    """Do so for every video receiver that aiortc makes from now on; once a process."""
    made = RTCRtpReceiver.__init__

    @functools.wraps(made)
    def make(self: RTCRtpReceiver, kind: str, transport: Any) -> None:
        made(self, kind, transport)
        if kind == "video":
            hurry(self)

    setattr(RTCRtpReceiver, "__init__", make)  # noqa: B010
