"""Frames leave the buffer with their last packet, in order, and all that are complete at once."""

from __future__ import annotations

import queue
from typing import Any

from aiortc.rtp import RtpPacket

from tests.live.prompt import PromptBuffer


def packet(number: int, frame: int, last: bool) -> RtpPacket:
    made = RtpPacket(sequence_number=number, timestamp=3000 * frame, marker=int(last))
    setattr(made, "_data", bytes([number]))  # noqa: B010
    return made


def drained(decoder: queue.Queue[Any]) -> list[bytes]:
    return [decoder.get_nowait()[1].data for _ in range(decoder.qsize())]


def test_a_frame_does_not_wait_for_the_next() -> None:
    decoder: queue.Queue[Any] = queue.Queue()
    buffer = PromptBuffer(decoder)
    assert buffer.add(packet(0, 0, last=False)) == (False, None)
    assert decoder.empty()
    assert buffer.add(packet(1, 0, last=True)) == (False, None)
    assert drained(decoder) == [b"\0\1"]


def test_a_late_packet_frees_all_that_waited_for_it() -> None:
    decoder: queue.Queue[Any] = queue.Queue()
    buffer = PromptBuffer(decoder)
    buffer.add(packet(0, 0, last=True))
    for number in (2, 3, 4):
        buffer.add(packet(number, number, last=True))
    assert drained(decoder) == [b"\0"]
    buffer.add(packet(1, 1, last=True))
    assert drained(decoder) == [b"\1", b"\2", b"\3", b"\4"]
