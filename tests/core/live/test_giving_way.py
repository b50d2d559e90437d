from __future__ import annotations

from core.live.giving_way import HOLD, LONGEST_HOLD, TRIAL, GivingWay

EVERY, LIMIT = 0.05, 0.02


class Looks:
    """Looks at a loop again and again."""

    def __init__(self) -> None:
        self.way = GivingWay()
        self.now = 100.0

    def look(self, delay: float, seconds: float) -> None:
        for _ in range(round(seconds / EVERY)):
            self.now += EVERY
            self.way.note(self.now, delay, LIMIT)

    def until_it_ends(self, delay: float) -> float:
        """Seconds."""
        begin = self.now
        while self.way.begun:
            self.look(delay, EVERY)
        return self.now - begin


def test_a_loop_in_time_lets_inference_be() -> None:
    looks = Looks()
    looks.look(LIMIT, 60)
    assert not looks.way.begun


def test_one_late_turn_is_none() -> None:
    looks = Looks()
    for _ in range(20):
        looks.look(0.0, 1)
        looks.look(0.5, EVERY)
    assert not looks.way.begun


def test_a_loop_that_is_late_again_and_again_is_given_way_to_for_a_while() -> None:
    looks = Looks()
    looks.look(0.0, 5)
    looks.look(0.1, 1)
    assert looks.way.begun
    assert HOLD - 1 <= looks.until_it_ends(0.0) <= HOLD + EVERY


def test_a_machine_that_stays_busy_is_tried_ever_more_seldom() -> None:
    looks = Looks()
    hold_times = []
    for _ in range(8):
        looks.look(0.1, 1)
        assert looks.way.begun
        hold_times.append(looks.until_it_ends(0.1))
    assert hold_times == sorted(hold_times)
    assert LONGEST_HOLD - 1 <= hold_times[-1] <= LONGEST_HOLD + EVERY


def test_once_it_was_right_to_try_again_all_begins_anew() -> None:
    looks = Looks()
    for _ in range(3):
        looks.look(0.1, 1)
        looks.until_it_ends(0.1)
    looks.look(0.0, TRIAL + 1)
    looks.look(0.1, 1)
    assert looks.until_it_ends(0.0) <= HOLD + EVERY
