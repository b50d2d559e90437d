from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.face import Box, Face, Pose
from core.guard import (
    GUARD,
    LEAST_EYES,
    MAY_BE_MINOR,
    MOST_TURN,
    TOO_SMALL,
    TURNED_AWAY,
    AgeGuard,
    AgeNet,
    PackageAges,
    Younger,
    load_guard,
)
from core.settings import Settings
from core.weights import load_manifest
from tests import faces


class Says:
    """An estimator that always says the same."""

    def __init__(self, age: float) -> None:
        self.value = age

    def __call__(self, image: np.ndarray, face: Face) -> float:
        return self.value


IMAGE = np.zeros((200, 200, 3), np.uint8)
FACE = Face(Box(50, 50, 70, 100), 0.9)


@pytest.mark.parametrize(("age", "refused"), [(3, MAY_BE_MINOR), (24.9, MAY_BE_MINOR), (25, None), (60, None)])
def test_faces_below_the_age_are_refused(age: float, refused: str | None) -> None:
    (face,) = AgeGuard(Says(age), 25, 32).check(IMAGE, [FACE])
    assert (face.age, face.refused) == (age, refused)


def test_small_faces_are_refused_without_a_guess() -> None:
    (face,) = AgeGuard(Says(50), 25, 32).check(IMAGE, [Face(Box(0, 0, 20, 30), 0.9)])
    assert (face.age, face.refused) == (None, TOO_SMALL)


def test_settings_raise_the_age_and_never_lower_it() -> None:
    safe = load_manifest(Settings().weights_dir).network(GUARD, "guard").threshold
    assert load_guard(Settings()).min_age == safe
    assert load_guard(Settings(min_age=18)).min_age == safe
    assert load_guard(Settings(min_age=60)).min_age == 60


def test_the_shipped_guard_lets_a_grown_woman_pass(settings: Settings, adult: np.ndarray) -> None:
    (face,) = load_guard(settings).check(adult, [Face(faces.truth()[faces.ADULT], 1.0)])
    assert face.refused is None
    assert face.age is not None
    assert 25 <= face.age <= 65


def test_one_estimator_that_doubts_is_enough() -> None:
    assert Younger((Says(40), Says(22)))(IMAGE, FACE) == 22
    assert Younger((Says(22), Says(40)))(IMAGE, FACE) == 22


def test_the_package_looks_twice_and_the_younger_look_counts() -> None:
    ages = iter([40, 22])

    class Wavers:
        def age(self, face: np.ndarray) -> dict[str, int]:
            assert face.shape == (160, 160, 3)
            return {"value": next(ages)}

    assert PackageAges(Wavers())(IMAGE, FACE) == 22


@pytest.mark.parametrize("mirrored", [True, False])
def test_our_network_says_the_mean_of_its_distribution(mirrored: bool) -> None:
    looks: list[np.ndarray] = []

    def network(pixels: np.ndarray) -> dict[str, np.ndarray]:
        looks.append(pixels)
        shares = np.zeros(101, np.float32)
        shares[20 + 10 * len(looks)] = 1
        return {"age": shares}

    card = load_manifest(Settings().weights_dir).network(GUARD, "guard").model_copy(update={"mirrored": mirrored})
    image = np.random.default_rng(0).integers(0, 255, IMAGE.shape, np.uint8)
    assert AgeNet(network, card)(image, FACE) == (35 if mirrored else 30)
    if mirrored:
        assert np.array_equal(looks[0], looks[1][:, ::-1])


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
    (face,) = AgeGuard(Says(50), 25, 32).check(IMAGE, [replace(FACE, pose=pose)])
    assert face.refused == refused
    assert (face.age is None) == (refused is not None)
