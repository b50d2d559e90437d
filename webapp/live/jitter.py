"""Make aiortc release each received frame as soon as it is complete, and continue when packets stay lost.

aiortc's own jitter buffer waits for the first packet of the next frame, which adds a frame interval to the latency. It
releases at most one frame per packet, so a backlog behind a lost packet may never drain; and a packet whose
retransmission was lost as well is not requested again, and stalls the video until hundreds of others have arrived.
Frames that arrive faster than they are decoded queue up without limit, and when the stream ends, everyone waits until
they are decoded. And its minimum bitrate is 250 kbit/s, whatever the peer requests: slower networks get no video.
"""

from __future__ import annotations

import functools
import queue
from collections.abc import Callable
from typing import Any

from aiortc import RTCRtpReceiver
from aiortc.jitterbuffer import JitterFrame
from aiortc.rtp import RtpPacket
from aiortc.utils import uint16_add, uint32_add

from webapp.live.aiortc_internals import (
    H264_MIN_BITRATE,
    MAKE_RECEIVER,
    VP8_MIN_BITRATE,
    PacketBuffer,
    ask_for_whole,
    codec_of,
    depacketised,
    equip_receiver,
    first_timestamp,
    mapped_timestamp,
)
from webapp.live.arrival_clock import arrive_by_monotonic_clock
from webapp.live.bad_packets import drop_bad_packets
from webapp.live.closing import track_connecting
from webapp.live.consent import wait_for_late_answers
from webapp.live.handshake import connect_soon
from webapp.live.nacks import GIVE_UP, PersistentNacks
from webapp.live.pictures import begins_whole, whole
from webapp.live.uplink import UplinkEstimator

CAPACITY = 512
"""Size of the buffer in packets; a power of two, as sequence numbers wrap."""

CLOCK = 90_000
"""RTP clock rate of video, Hz."""

BROKEN_AGAIN = 0.3
"""Seconds of video after which a keyframe is requested again, as the request may be lost as well."""

MIN_BITRATE = 50_000
"""Minimum bitrate of encoded video in bits per second, as in browsers."""


MAX_WAITING = 45
"""Maximum frames waiting to be decoded: more than are released at once after a loss."""


def later(timestamp: int, than: int | None, seconds: float) -> bool:
    """Return whether an RTP timestamp is more than so many seconds after another; False if there is no other.

    A difference of more than half the range counts as negative.
    """
    return than is not None and seconds * CLOCK < uint32_add(timestamp, -than) < 1 << 31


class PromptBuffer(PacketBuffer):
    """Releases each frame at its last packet, which has the marker bit, and then all frames that waited behind it."""

    def __init__(
        self,
        deliver: Callable[[RtpPacket, JitterFrame], bool],
        begins_whole: Callable[[RtpPacket], bool] = lambda _packet: False,
    ) -> None:
        """Args:
        deliver: takes a packet of the frame and the frame, in order, and returns whether it is a keyframe.
        begins_whole: returns whether a packet is the first of a keyframe.
        """
        super().__init__(capacity=CAPACITY, is_video=True)
        self._deliver = deliver
        self._begins_whole = begins_whole
        self._shown: int | None = None
        self._broken: int | None = None

    def add(self, packet: RtpPacket) -> tuple[bool, JitterFrame | None]:
        """Add a packet. The first value returned is True if a packet was given up, so that a keyframe is needed.

        It is True again every BROKEN_AGAIN seconds of video until one arrives.
        """
        lost, _ = super().add(packet)
        self._skip_to_whole(packet)
        if later(packet.timestamp, self._shown, GIVE_UP):
            lost = self._skip() or lost
        if lost or later(packet.timestamp, self._broken, BROKEN_AGAIN):
            self._broken = packet.timestamp
            lost = True
        return lost, None

    def hand_over(self) -> None:
        """Deliver each frame that is complete and next in order."""
        while (frame := self._complete_frame()) is not None:
            if self._deliver(*frame):
                self._broken = None

    def _complete_frame(self) -> tuple[RtpPacket, JitterFrame] | None:
        data = []
        for count in range(self.capacity):
            packet = self.packet(count)
            if packet is None:
                break
            data.append(depacketised(packet))
            if packet.marker:
                self.remove(count + 1)
                self._shown = packet.timestamp
                return packet, JitterFrame(data=b"".join(data), timestamp=packet.timestamp)
        return None

    def _skip_to_whole(self, packet: RtpPacket) -> None:
        """Stop waiting for packets missing before a keyframe once the keyframe is complete."""
        index = uint16_add(packet.sequence_number, -self.first)
        if index >= self.capacity or self.packet(index) is not packet:
            return
        first, last = index, index
        while first and not self._begins_whole(self.packet(first)):
            first -= 1
            if self.packet(first) is None or self.packet(first).timestamp != packet.timestamp:
                return
        while not self.packet(last).marker:
            last += 1
            if last == self.capacity or self.packet(last) is None:
                return
        if first:
            self.remove(first)
            self.hand_over()

    def _skip(self) -> bool:
        """Give up the missing packet and the whole frame that it belongs to; return False if nothing follows it."""
        gap = next((count for count in range(self.capacity) if self.packet(count) is None), self.capacity)
        for count in range(gap + 1, self.capacity - 1):
            previous, first = self.packet(count), self.packet(count + 1)
            if previous is not None and previous.marker and first is not None:
                self.remove(count + 1)
                self.hand_over()
                return True
        return False


class FrameQueue(queue.Queue[Any]):
    """Frames to decode. Those still waiting are dropped at the end of the stream (None), since the event loop puts that
    in and waits until the decoder is done.
    """

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        """See queue.Queue."""
        if item is None:
            with self.mutex:
                self.queue.clear()
        super().put(item, block, timeout)


class Backlog:
    """Decides which frames are decoded if decoding is slower than real time: after a dropped frame none until the next
    keyframe.
    """

    def __init__(self) -> None:
        self._requested: int | None = None

    def takes(self, timestamp: int, is_keyframe: bool, waiting: int) -> tuple[bool, bool]:
        """Return whether to decode a frame, and whether to request a keyframe.

        Args:
            timestamp: RTP timestamp.
            is_keyframe: whether it is a keyframe.
            waiting: number of frames waiting to be decoded.
        """
        if waiting < MAX_WAITING and (is_keyframe or self._requested is None):
            self._requested = None
            return True, False
        ask = self._requested is None or later(timestamp, self._requested, BROKEN_AGAIN)
        if ask:
            self._requested = timestamp
        return False, ask


def patch_receiver(receiver: RTCRtpReceiver) -> None:
    """Replace the queue, jitter buffer, NACKs and bitrate estimator of a video receiver before it starts."""
    decoder, backlog = FrameQueue(), Backlog()

    def begins(packet: RtpPacket) -> bool:
        return begins_whole(codec_of(receiver, packet).mimeType, packet.payload)

    def deliver(packet: RtpPacket, frame: JitterFrame) -> bool:
        frame.timestamp = mapped_timestamp(receiver, frame.timestamp)
        codec = codec_of(receiver, packet)
        is_keyframe = whole(codec.mimeType, frame.data)
        takes, asks = backlog.takes(packet.timestamp, is_keyframe, decoder.qsize())
        if takes:
            decoder.put((codec, frame))
        if asks:
            ask_for_whole(receiver)
        return is_keyframe

    nacks = PersistentNacks(begins_whole=begins)

    def give_up() -> None:
        nacks.give_up()
        ask_for_whole(receiver)

    equip_receiver(receiver, decoder, PromptBuffer(deliver, begins), nacks, UplinkEstimator(give_up))


def rtp_timestamp(receiver: RTCRtpReceiver, pts: int) -> int | None:
    """Return a received frame's original 32-bit RTP timestamp: aiortc makes timestamps relative to the first frame's.

    Args:
        receiver: the frame's receiver.
        pts: the frame's presentation timestamp, at 90 kHz.
    """
    origin = first_timestamp(receiver)
    return None if origin is None else uint32_add(origin % (1 << 32), pts % (1 << 32))


def encode_low() -> None:
    """Let aiortc's encoders go down to MIN_BITRATE if the peer requests it."""
    VP8_MIN_BITRATE.replace(MIN_BITRATE)
    H264_MIN_BITRATE.replace(MIN_BITRATE)


@functools.cache
def patch_all_receivers() -> None:
    """Patch every video receiver that aiortc creates from now on, and drop bad packets; once per process."""
    drop_bad_packets()
    arrive_by_monotonic_clock()
    wait_for_late_answers()
    track_connecting()
    connect_soon()
    original = MAKE_RECEIVER.current

    @functools.wraps(original)
    def make(self: RTCRtpReceiver, kind: str, transport: Any) -> None:
        original(self, kind, transport)
        if kind == "video":
            patch_receiver(self)

    MAKE_RECEIVER.replace(make)
