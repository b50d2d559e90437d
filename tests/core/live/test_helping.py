from __future__ import annotations

from core.live.helping import LONGEST, TRY_AGAIN, Helping


class Machine:
    """Analyses one frame after another."""

    def __init__(self, most: int) -> None:
        self.helping = Helping(most)
        self.now = 100.0

    def analyse(self, share: float, seconds: float) -> None:
        for _ in range(round(seconds / 0.05)):
            self.now += 0.05
            self.helping.note(self.now, 0.05, 0.05 * share)

    def until(self, count: int, share: float) -> float:
        """Seconds."""
        begin = self.now
        while self.helping.count != count:
            self.analyse(share, 0.05)
            assert self.now - begin < 2 * LONGEST
        return self.now - begin


def test_while_each_computes_all_go_on() -> None:
    machine = Machine(3)
    machine.analyse(0.9, 60)
    assert machine.helping.count == 3


def test_those_that_only_wait_for_each_other_are_left_out_but_for_one() -> None:
    machine = Machine(3)
    machine.analyse(0.4, 60)
    assert machine.helping.count == 1


def test_a_short_wait_changes_nothing() -> None:
    machine = Machine(2)
    for _ in range(20):
        machine.analyse(0.9, 2)
        machine.analyse(0.1, 0.1)
    assert machine.helping.count == 2


def test_once_there_is_room_one_more_is_tried_and_ever_more_seldom_when_it_does_not_help() -> None:
    machine = Machine(2)
    waits = []
    for _ in range(6):
        machine.until(1, 0.4)
        waits.append(machine.until(2, 0.9))
    assert waits == sorted(waits)
    assert TRY_AGAIN - 0.1 <= waits[0] < waits[-1] <= LONGEST + 0.1
    machine.analyse(0.9, 3 * TRY_AGAIN)
    machine.until(1, 0.4)
    assert machine.until(2, 0.9) < TRY_AGAIN + 2


def test_one_is_always_one() -> None:
    machine = Machine(1)
    machine.analyse(0.1, 10)
    assert machine.helping.count == 1
