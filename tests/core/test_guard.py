from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.face import Box, Face, Pose
from core.guard import AGE_WINDOWS, LEAST_EYES, MAY_BE_MINOR, MOST_TURN, TOO_SMALL, TURNED_AWAY, AgeGuard, load_guard
from core.settings import Settings
from tests import faces


class Says:
    """An age model that always says the same."""

    def __init__(self, age: int) -> None:
        self.age_value = age

    def age(self, face: np.ndarray) -> dict[str, int]:
        assert face.shape == (160, 160, 3)
        return {"value": self.age_value, "confidence": 50}


IMAGE = np.zeros((200, 200, 3), np.uint8)
FACE = Face(Box(50, 50, 70, 100), 0.9)


@pytest.mark.parametrize(("age", "refused"), [(3, MAY_BE_MINOR), (24, MAY_BE_MINOR), (25, None), (60, None)])
def test_faces_below_the_age_are_refused(age: int, refused: str | None) -> None:
    (face,) = AgeGuard(25, 32, Says(age)).check(IMAGE, [FACE])
    assert (face.age, face.refused) == (age, refused)


def test_small_faces_are_refused_without_a_guess() -> None:
    (face,) = AgeGuard(25, 32, Says(50)).check(IMAGE, [Face(Box(0, 0, 20, 30), 0.9)])
    assert (face.age, face.refused) == (None, TOO_SMALL)


def test_an_unsafe_age_is_refused() -> None:
    with pytest.raises(ValueError, match="25 or more"):
        AgeGuard(min_age=18)


def test_a_raised_age_counts() -> None:
    (face,) = AgeGuard(40, 32, Says(35)).check(IMAGE, [FACE])
    assert face.refused == MAY_BE_MINOR


def test_the_shipped_guard_lets_a_grown_woman_pass(settings: Settings, adult: np.ndarray) -> None:
    (face,) = load_guard(settings).check(adult, [Face(faces.truth()[faces.ADULT], 1.0)])
    assert face.refused is None
    assert face.age is not None
    assert 28 <= face.age <= 65


def test_the_younger_of_two_looks_counts() -> None:
    ages = iter([40, 22])

    class Wavers:
        def age(self, face: np.ndarray) -> dict[str, int]:
            return {"value": next(ages)}

    (face,) = AgeGuard(25, 32, Wavers()).check(IMAGE, [FACE])
    assert (face.age, face.refused) == (22, MAY_BE_MINOR)


def test_the_age_windows_are_square_and_hold_the_box() -> None:
    for window in (window_of(FACE.box) for window_of in AGE_WINDOWS):
        assert window.w == window.h
        assert window.intersection(FACE.box) > 0.9 * FACE.box.area


@pytest.mark.parametrize(
    ("pose", "refused"),
    [
        (Pose(0, 0, 0.45), None),
        (Pose(35, 0.9 * MOST_TURN, 0.45), None),
        (Pose(0, 1.1 * MOST_TURN, 0.45), TURNED_AWAY),
        (Pose(0, -1.1 * MOST_TURN, 0.45), TURNED_AWAY),
        (Pose(0, 0, 0.9 * LEAST_EYES), TURNED_AWAY),
    ],
)
def test_a_face_turned_away_is_refused_without_a_guess(pose: Pose, refused: str | None) -> None:
    (face,) = AgeGuard(25, 32, Says(50)).check(IMAGE, [replace(FACE, pose=pose)])
    assert face.refused == refused
    assert (face.age is None) == (refused is not None)
