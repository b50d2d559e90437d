from __future__ import annotations

import pytest

from core.live.admission import AGAIN, MIN_RATE, WARM_UP, Admission, ServedViewer

WELL = ServedViewer(since=60.0, sent=30.0, analysed=20.0)
NEW = ServedViewer(since=1.0, sent=30.0, analysed=2.0)


def cost(frames: float) -> list[float]:
    """Of analyses, so many of which go into a second."""
    return [1 / frames] * 5


def test_the_first_is_always_let_in() -> None:
    assert Admission(1).admits([], cost(0.1), 1, held_up=True)


def test_one_more_comes_while_everyone_keeps_enough() -> None:
    assert Admission(1).admits([WELL] * 3, cost(4 * MIN_RATE + 0.1), 1, held_up=False)
    assert not Admission(1).admits([WELL] * 3, cost(4 * MIN_RATE - 0.1), 1, held_up=False)
    assert Admission(1).admits([WELL] * 7, cost(4 * MIN_RATE + 0.1), 2, held_up=False), "two analyse at a time"


def test_newcomers_are_reckoned_with_before_they_show() -> None:
    admission = Admission(1)
    capacity = cost(3.5 * MIN_RATE)
    assert admission.admits([WELL, NEW], capacity, 1, held_up=False)
    assert not admission.admits([WELL, NEW, NEW], capacity, 1, held_up=False)


def test_before_anything_is_measured_only_so_many_come() -> None:
    admission = Admission(3)
    assert admission.admits([NEW, NEW], [], 1, held_up=False)
    assert not admission.admits([NEW] * 3, [], 1, held_up=False)
    assert not admission.admits([NEW], [], 1, held_up=True)


@pytest.mark.parametrize(
    ("sent", "analysed", "admits"),
    [(30.0, 4.0, False), (30.0, 6.0, True), (3.0, 3.0, True), (3.0, 2.0, False), (0.0, 0.0, True)],
)
def test_nobody_comes_while_somebody_has_too_little(sent: float, analysed: float, admits: bool) -> None:
    slow = ServedViewer(WARM_UP, sent, analysed)
    assert Admission(1).admits([WELL, slow], cost(1000), 1, held_up=False) == admits


def test_nobody_comes_while_the_video_is_held_up() -> None:
    admission = Admission(9)
    assert not admission.admits([WELL], cost(1000), 1, held_up=True)
    assert admission.admits([WELL], cost(1000), 1, held_up=False)


def test_after_one_was_not_let_in_there_must_be_a_little_more_for_the_next() -> None:
    admission = Admission(1)
    enough, plenty = cost(2 * MIN_RATE + 0.1), cost(2 * AGAIN * MIN_RATE + 0.1)
    assert admission.admits([WELL], enough, 1, held_up=False)
    assert not admission.admits([WELL], cost(2 * MIN_RATE - 0.1), 1, held_up=False)
    assert not admission.admits([WELL], enough, 1, held_up=False)
    assert admission.admits([WELL], plenty, 1, held_up=False)
    assert admission.admits([WELL], enough, 1, held_up=False)
