from __future__ import annotations

import pytest

from tests.chaos import invariants
from tests.chaos.faults.fault import Health
from tests.chaos.health import Said
from tests.chaos.invariants import Seen
from tests.chaos.requests import End, Outcome


def seen(went_on: bool, struck: bool = False, again: int = 1) -> Seen:
    return Seen("somebody", struck, went_on, (1, again), "silent")


def test_whom_a_fault_does_not_strike_goes_on() -> None:
    assert invariants.videos([seen(True)]) == []
    assert invariants.videos([seen(False)]) == ["the video of somebody stopped"]
    assert invariants.videos([seen(False, struck=True, again=2)]) == []


def test_a_viewer_who_had_to_connect_anew_was_not_left_alone() -> None:
    assert invariants.videos([seen(True, again=2)]) == ["the video of somebody had to be begun anew: silent"]


@pytest.mark.parametrize(
    ("expected", "answers", "true"),
    [
        ("ready", [(200, "ready"), (0, "")], True),
        ("ready", [(0, "")], False),
        ("ready", [(200, "ready"), (503, "dead")], False),
        ("gone", [(0, ""), (503, "loading")], True),
        ("gone", [(0, ""), (200, "ready")], False),
        ("broken", [(0, ""), (503, "loading"), (503, "broken")], True),
        ("broken", [(503, "broken"), (200, "ready")], False),
    ],
)
def test_health_must_say_what_is_so(expected: Health, answers: list[tuple[int, str]], true: bool) -> None:
    violations = invariants.health(expected, [Said(0, 1, status, word) for status, word in answers])
    assert (violations == []) == true


@pytest.mark.parametrize(
    ("how", "cuts", "held"),
    [
        ("answered", False, True),
        ("refused", False, True),
        ("cut", True, True),
        ("cut", False, False),
        ("half", True, False),
    ],
)
def test_a_request_is_never_half(how: End, cuts: bool, held: bool) -> None:
    assert (invariants.requests([Outcome("call", 0, 1, how, 200)], cuts) == []) == held


def test_what_was_promised_and_what_is_left() -> None:
    assert invariants.promised(True, True) == invariants.left_over([], []) == []
    assert len(invariants.promised(False, False)) == 2
    assert len(invariants.left_over([1], ["tmp/x"])) == 2
