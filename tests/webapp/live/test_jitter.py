"""Frames leave the buffer with their last packet, in order, and go on when one is given up."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from aiortc import RTCRtpReceiver
from aiortc.jitterbuffer import JitterFrame
from aiortc.rtcrtpreceiver import TimestampMapper
from aiortc.rtp import RtpPacket

from webapp.live.jitter import (
    BROKEN_AGAIN,
    MAX_WAITING,
    Backlog,
    FrameQueue,
    PromptBuffer,
    patch_receiver,
    rtp_timestamp,
)
from webapp.live.nacks import GIVE_UP
from webapp.live.pictures import VP8

FPS = 30


class Decoder:
    """Keeps what is delivered."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.whole = True

    def __call__(self, packet: RtpPacket, frame: JitterFrame) -> bool:
        assert packet.marker
        self.frames.append(frame.data)
        return self.whole

    def taken(self) -> list[bytes]:
        frames, self.frames = self.frames, []
        return frames


def packet(number: int, frame: int, last: bool = True) -> RtpPacket:
    rtp_packet = RtpPacket(sequence_number=number, timestamp=90_000 // FPS * frame, marker=int(last))
    untyped: Any = rtp_packet
    untyped._data = bytes([number % 256])
    return rtp_packet


def test_a_frame_does_not_wait_for_the_next() -> None:
    decoder = Decoder()
    buffer = PromptBuffer(decoder)
    assert buffer.add(packet(0, 0, last=False)) == (False, None)
    assert not decoder.frames
    assert buffer.add(packet(1, 0)) == (False, None)
    assert decoder.taken() == [b"\0\1"]


def test_a_late_packet_frees_all_that_waited_for_it() -> None:
    decoder = Decoder()
    buffer = PromptBuffer(decoder)
    for number in (0, 2, 3, 4):
        buffer.add(packet(number, number))
    assert decoder.taken() == [b"\0"]
    buffer.add(packet(1, 1))
    assert decoder.taken() == [b"\1", b"\2", b"\3", b"\4"]


def test_a_packet_that_stays_lost_is_given_up_and_a_whole_picture_asked_for() -> None:
    decoder = Decoder()
    buffer = PromptBuffer(decoder)
    buffer.add(packet(0, 0))
    buffer.add(packet(1, 1, last=False))
    decoder.taken()
    # Packet 2 is missing, and 3 ends the frame that it belongs to.
    requests = []
    for number in range(3, 40):
        lost, _ = buffer.add(packet(number, number - 2))
        requests.append(lost)
        if lost:
            break
    assert decoder.taken()[:2] == [b"\4", b"\5"]
    assert len(requests) / FPS <= GIVE_UP + 0.1
    assert requests.count(True) == 1
    assert buffer.add(packet(number + 1, number - 1)) == (False, None)
    assert len(decoder.taken()) == 1


def test_a_whole_picture_is_asked_for_until_it_comes() -> None:
    decoder = Decoder()
    buffer = PromptBuffer(decoder)
    buffer.add(packet(0, 0))
    decoder.whole = False
    requests = [buffer.add(packet(number, number))[0] for number in range(2, 2 + 2 * FPS)]
    first = requests.index(True)
    asked_at = [index for index, asked in enumerate(requests) if asked]
    assert asked_at[1] - first == int(BROKEN_AGAIN * FPS) + 1
    assert len(asked_at) >= 4
    decoder.whole = True
    buffer.add(packet(2 + 2 * FPS, 2 + 2 * FPS))
    assert not any(buffer.add(packet(number, number))[0] for number in range(3 + 2 * FPS, 3 + 4 * FPS))


def test_a_whole_picture_waits_for_nothing_that_is_missing_before_it() -> None:
    decoder = Decoder()
    buffer = PromptBuffer(decoder, lambda rtp_packet: rtp_packet.sequence_number == 5)
    buffer.add(packet(0, 0))
    # 1 and 4 are missing, and 4 may be the end of the frame before or the beginning of this one.
    for number, frame, last in ((2, 2, True), (3, 3, False), (6, 4, False), (7, 4, True)):
        buffer.add(packet(number, frame, last))
    assert decoder.taken() == [b"\0"]
    buffer.add(packet(5, 4, last=False))
    assert decoder.taken() == [b"\5\6\7"]
    buffer.add(packet(8, 5))
    assert decoder.taken() == [b"\x08"]
    buffer.add(packet(4, 3))
    assert decoder.taken() == [], "it comes too late"


def test_a_whole_picture_that_is_not_all_there_skips_nothing() -> None:
    decoder = Decoder()
    buffer = PromptBuffer(decoder, lambda rtp_packet: rtp_packet.sequence_number == 2)
    buffer.add(packet(0, 0))
    for number, last in ((2, False), (4, True)):
        buffer.add(packet(number, 2, last))
    buffer.add(packet(5, 3))
    assert decoder.taken() == [b"\0"]
    buffer.add(packet(1, 1))
    assert decoder.taken() == [b"\1"]
    buffer.add(packet(3, 2, last=False))
    assert decoder.taken() == [b"\2\3\4", b"\5"]


def test_slow_video_loses_nothing() -> None:
    decoder = Decoder()
    buffer = PromptBuffer(decoder)
    for number in range(6):
        assert not buffer.add(packet(2 * number, 60 * number, last=False))[0]
        assert not buffer.add(packet(2 * number + 1, 60 * number))[0]
    assert len(decoder.taken()) == 6


def test_numbers_wrap() -> None:
    decoder = Decoder()
    buffer = PromptBuffer(decoder)
    for k in range(20):
        buffer.add(packet((65_526 + k) % 65_536, k))
    assert len(decoder.taken()) == 20


def test_frames_that_wait_too_long_are_dropped_until_a_whole_picture_comes() -> None:
    backlog, step = Backlog(), 90_000 // FPS
    assert backlog.takes(0, True, 0) == (True, False)
    assert backlog.takes(step, False, MAX_WAITING - 1) == (True, False)
    assert backlog.takes(2 * step, False, MAX_WAITING) == (False, True), "and a whole picture is asked for"
    assert backlog.takes(3 * step, False, 0) == (False, False), "the one before it is missing"
    assert backlog.takes(4 * step, True, MAX_WAITING) == (False, False)
    requests = [backlog.takes(n * step, False, 0)[1] for n in range(5, 5 + FPS)]
    assert sum(requests) == int(1 / BROKEN_AGAIN)
    assert backlog.takes(40 * step, True, 0) == (True, False)
    assert backlog.takes(41 * step, False, 0) == (True, False)


def test_the_end_of_a_stream_waits_for_no_frames() -> None:
    queue = FrameQueue()
    for number in range(100):
        queue.put(number)
    queue.put(None)
    assert [queue.get(), queue.qsize()] == [None, 0]


@pytest.mark.parametrize("first", [0, 5000, 2**32 - 3000])
def test_frames_are_known_by_the_timestamps_that_they_came_with(first: int) -> None:
    mapper = TimestampMapper()
    receiver: Any = SimpleNamespace(_RTCRtpReceiver__timestamp_mapper=mapper)
    assert rtp_timestamp(receiver, 0) is None
    for number in range(5):
        sent = (first + number * 3000) % 2**32
        assert rtp_timestamp(receiver, mapper.map(sent)) == sent


def test_after_a_fall_a_receiver_asks_for_a_whole_picture_and_for_nothing_else() -> None:
    async def run() -> tuple[set[int], bool]:
        receiver = RTCRtpReceiver("video", SimpleNamespace(state="new"))  # type: ignore[arg-type]
        patch_receiver(receiver)
        name = "_RTCRtpReceiver__"
        nacks, estimator = (
            getattr(receiver, f"{name}{suffix}") for suffix in ("nack_generator", "remote_bitrate_estimator")
        )
        codec = SimpleNamespace(mimeType=VP8)
        setattr(receiver, f"{name}codecs", {0: codec})
        packets: Any = [packet(number, number) for number in (0, 2, 4)]
        for rtp_packet in packets[:2]:
            rtp_packet.payload = b"\x10\1"
            nacks.add(rtp_packet)
        assert nacks.missing == {1}
        estimator.fell()
        packets[2].payload = b"\x10\1"
        nacks.add(packets[2])
        return nacks.missing, getattr(receiver, f"{name}decoder_error").is_set()

    assert asyncio.run(run()) == (set(), True)
