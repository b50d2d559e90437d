from __future__ import annotations

import numpy as np
import pytest

from core.face import Box, Face
from core.pose import pose_of, posed
from tests import faces
from tests.film import outline, warped

PEOPLE = sorted(faces.truth())


def points(turn: float = 0.0) -> np.ndarray:
    """Landmarks of a face that looks into the camera, its eyes 40 apart, the nose `turn` eye distances aside."""
    return np.array([[70.0, 50], [60, 50], [30, 50], [40, 50], [50 + 40 * turn, 72]])


def test_a_level_face_from_the_front() -> None:
    pose = pose_of(points(), Box(10, 10, 80, 80))
    assert (pose.roll, pose.turn, pose.eyes) == pytest.approx((0, 0, 0.5))


@pytest.mark.parametrize("degrees", [-40.0, 25.0])
def test_roll_is_clockwise_and_leaves_the_turn_alone(degrees: float) -> None:
    angle = np.radians(degrees)
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    pose = pose_of(points(turn=0.2) @ rotation.T, Box(10, 10, 80, 80))
    assert (pose.roll, pose.turn) == pytest.approx((degrees, 0.2))


def test_points_that_fall_together_are_no_error() -> None:
    assert pose_of(np.zeros((5, 2)), Box(0, 0, 0, 0)).eyes >= 0


@pytest.mark.parametrize("degrees", [-40, -20, 0, 20, 40])
def test_the_roll_of_real_faces_is_told(degrees: int) -> None:
    for name in PEOPLE[:3]:
        picture, matrix = warped(name, degrees)
        (level,) = posed(faces.load(name), [Face(faces.truth()[name], 1.0)])
        (rolled,) = posed(picture, [Face(outline(matrix, faces.truth()[name]), 1.0)])
        assert level.pose is not None
        assert rolled.pose is not None
        assert rolled.pose.roll - level.pose.roll == pytest.approx(degrees, abs=5)
        assert abs(rolled.pose.turn) < 0.2
        assert rolled.pose.eyes > 0.35
