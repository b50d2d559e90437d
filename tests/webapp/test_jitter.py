"""Frames leave the buffer with their last packet, in order, and go on when one is given up."""

from __future__ import annotations

from typing import Any

from aiortc.jitterbuffer import JitterFrame
from aiortc.rtp import RtpPacket

from webapp.jitter import ASK_AGAIN, GIVE_UP, PersistentNacks, PromptBuffer

FPS = 30


class Decoder:
    """Keeps what is delivered."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []

    def __call__(self, packet: RtpPacket, frame: JitterFrame) -> None:
        assert packet.marker
        self.frames.append(frame.data)

    def taken(self) -> list[bytes]:
        frames, self.frames = self.frames, []
        return frames


def packet(number: int, frame: int, last: bool = True) -> RtpPacket:
    made = RtpPacket(sequence_number=number, timestamp=90_000 // FPS * frame, marker=int(last))
    made_of: Any = made
    made_of._data = bytes([number % 256])
    return made


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
    asked = []
    for number in range(3, 40):
        lost, _ = buffer.add(packet(number, number - 2))
        asked.append(lost)
        if lost:
            break
    assert decoder.taken()[:2] == [b"\4", b"\5"]
    assert len(asked) / FPS <= GIVE_UP + 0.1
    assert asked.count(True) == 1
    assert buffer.add(packet(number + 1, number - 1)) == (False, None)
    assert len(decoder.taken()) == 1


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


def test_missing_packets_are_asked_for_again_until_they_come_or_are_given_up() -> None:
    now = 100.0
    nacks = PersistentNacks(lambda: now)
    assert not nacks.add(packet(0, 0))
    assert nacks.add(packet(2, 2))
    assert nacks.missing == {1}
    assert not nacks.add(packet(3, 3)), "it was asked for just now"
    now += ASK_AGAIN
    assert nacks.add(packet(5, 5))
    assert nacks.missing == {1, 4}
    now += ASK_AGAIN
    nacks.add(packet(4, 4))
    assert nacks.missing == {1}, "the other one came"
    now += GIVE_UP
    assert not nacks.add(packet(6, 6))
