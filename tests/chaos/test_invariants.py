from __future__ import annotations

import pytest

from tests.chaos import invariants
from tests.chaos.faults.fault import Health
from tests.chaos.health import Said
from tests.chaos.invariants import Seen
from tests.chaos.requests import End, Outcome


def seen(during: tuple[float, float], struck: bool = False, again: int = 1) -> Seen:
    return Seen("somebody", struck, (10.0, 15.0), during, (1, again), "silent")


def test_a_video_that_is_slower_goes_on_and_one_without_pictures_has_stopped() -> None:
    assert invariants.videos([seen((2.0, 4.0))]) == []
    assert len(invariants.videos([seen((2.0, 0.0))])) == 1
    assert len(invariants.videos([seen((0.0, 0.0))])) == 2
    assert invariants.videos([seen((0.0, 0.0), struck=True, again=2)]) == []


def test_a_viewer_who_had_to_connect_anew_was_not_left_alone() -> None:
    assert invariants.videos([seen((9.0, 14.0), again=2)]) == ["the video of somebody had to be begun anew: silent"]


@pytest.mark.parametrize(
    ("expected", "said", "true"),
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
def test_health_must_say_what_is_so(expected: Health, said: list[tuple[int, str]], true: bool) -> None:
    found = invariants.health(expected, [Said(0, 1, status, word) for status, word in said])
    assert (found == []) == true


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
