"""Missing packets are asked for as long as that helps."""

from __future__ import annotations

import pytest
from aiortc import rtcrtpreceiver
from aiortc.rtcrtpreceiver import NackGenerator
from aiortc.rtp import RTP_HISTORY_SIZE, RtpPacket
from aiortc.utils import uint16_add

from webapp.live.nacks import ASK_AGAIN, FIRST_GUESS, GIVE_UP, HOPELESS, LATEST, SOONEST, PersistentNacks


def packet(number: int) -> RtpPacket:
    return RtpPacket(sequence_number=number)


def test_missing_packets_are_asked_for_again_until_they_come_or_are_given_up() -> None:
    now = 100.0
    nacks = PersistentNacks(lambda: now)
    assert not nacks.add(packet(0))
    assert nacks.add(packet(2))
    assert nacks.missing == {1}
    assert not nacks.add(packet(3)), "it was asked for just now"
    now += ASK_AGAIN * FIRST_GUESS
    assert nacks.add(packet(5))
    assert nacks.missing == {1, 4}
    now += ASK_AGAIN * FIRST_GUESS * 1.9
    nacks.add(packet(4))
    assert nacks.missing == {1}, "the other one came"
    now += GIVE_UP
    assert not nacks.add(packet(6))


def asks(trip: float, seconds: float) -> int:
    """How often a packet that never comes is asked for, after others took so long to be sent again."""
    now = 100.0
    nacks = PersistentNacks(lambda: now)
    nacks.add(packet(0))
    number = 2
    for _ in range(20):
        nacks.add(packet(number))
        now += trip
        nacks.add(packet(number - 1))
        number += 2
    count = 0
    for _ in range(int(seconds * 1000)):
        count += nacks.add(packet(number))
        number += 1
        now += 0.001
    return count


def test_on_a_short_way_packets_are_asked_for_sooner() -> None:
    assert asks(0.01, GIVE_UP) == pytest.approx(GIVE_UP / SOONEST, abs=2)
    assert asks(0.55, GIVE_UP) == pytest.approx(GIVE_UP / LATEST, abs=1)


@pytest.mark.parametrize("leap", [127, 128, 129, 130, 5000, 30_000, 32_766, 32_767, 32_768, 40_000, 65_535])
def test_a_leap_is_not_counted_through(leap: int, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = NackGenerator()
    nacks = PersistentNacks(lambda: 100.0)
    steps = 0

    def step(a: int, b: int) -> int:
        nonlocal steps
        steps += 1
        return uint16_add(a, b)

    for number in (65_000, (65_000 + leap) % 65_536):
        reference.add(packet(number))
        with monkeypatch.context() as watched:
            watched.setattr(rtcrtpreceiver, "uint16_add", step)
            nacks.add(packet(number))
    assert (nacks.missing, nacks.max_seq) == (reference.missing, reference.max_seq)
    assert steps < 2 * RTP_HISTORY_SIZE


def test_what_was_given_up_is_asked_for_no_more_and_what_follows_a_whole_picture_is() -> None:
    now = 100.0
    nacks = PersistentNacks(lambda: now, lambda rtp_packet: rtp_packet.sequence_number == 10)
    for number in (0, 2):
        nacks.add(packet(number))
    assert nacks.missing == {1}
    nacks.give_up()
    for number in (4, 7):
        now += 0.1
        assert not nacks.add(packet(number))
    assert not nacks.add(packet(10))
    assert nacks.add(packet(12))
    assert nacks.missing == {11}


def test_where_no_whole_picture_comes_packets_are_asked_for_again_after_a_while() -> None:
    now = 100.0
    nacks = PersistentNacks(lambda: now)
    nacks.add(packet(0))
    nacks.give_up()
    now += HOPELESS - 0.1
    assert not nacks.add(packet(2))
    now += 0.2
    assert not nacks.add(packet(4))
    assert nacks.add(packet(6))
    assert nacks.missing == {5}
