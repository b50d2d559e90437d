from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from core.analyzer import Analyzer
from core.errors import UnknownModelError
from core.face import UNCERTAIN_POSE, Box, Face
from core.images.crop import square_around
from core.models.age_guard import TURNED_AWAY
from core.models.manifest import MANIFEST, Manifest, load_manifest
from core.models.pose import (
    AGREED,
    WINDOW_SIDE,
    LandmarkNet,
    angle_difference,
    load_landmarks,
    pose_of,
    with_poses,
)
from core.settings import ROOT, RatingSettings
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


@pytest.fixture(scope="module")
def net(settings: RatingSettings) -> LandmarkNet:
    return load_landmarks(settings)


@pytest.mark.parametrize("degrees", [-165, -120, -90, -60, -40, -20, 0, 20, 40, 75, 105, 150, 180])
def test_the_roll_of_real_faces_is_measured(net: LandmarkNet, degrees: int) -> None:
    for name in PEOPLE[:3]:
        picture, matrix = warped(name, degrees)
        (level,) = with_poses(faces.load(name), [Face(faces.truth()[name], 1.0)], net)
        (rolled,) = with_poses(picture, [Face(outline(matrix, faces.truth()[name]), 1.0)], net)
        assert level.pose is not None
        assert rolled.pose is not None
        assert rolled.pose.is_certain
        assert angle_difference(rolled.pose.roll - level.pose.roll, degrees) == pytest.approx(0, abs=5)
        assert abs(rolled.pose.turn) < 0.2
        assert rolled.pose.eyes > 0.35


@dataclass
class Scripted:
    """A network that gives answers in turn: (roll in degrees, logarithm of the error)."""

    answers: list[tuple[float, float]]
    seen: list[np.ndarray] = field(default_factory=list)

    def __call__(self, pixels: np.ndarray) -> dict[str, np.ndarray]:
        self.seen.append(pixels)
        roll, error = self.answers[len(self.seen) - 1]
        angle = np.radians(roll)
        rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        level = (points() - (50, 50)) / 100
        return {"landmarks": np.append((level @ rotation.T).ravel(), error).astype(np.float32)}


PICTURE = np.zeros((100, 100, 3), np.uint8)
BOX = Box(10, 10, 80, 80)
SURE = -5.0


def scripted(net: LandmarkNet, *answers: tuple[float, float]) -> tuple[LandmarkNet, Scripted]:
    network = Scripted(list(answers))
    return LandmarkNet(network, net.card), network


def test_an_upright_face_is_looked_at_once(net: LandmarkNet) -> None:
    upright, network = scripted(net, (5, SURE))
    seen = upright.landmarks(PICTURE, BOX)
    assert seen is not None
    assert seen.roll == pytest.approx(5)
    side = square_around(BOX, WINDOW_SIDE, 0.0).w
    assert seen.points == pytest.approx((points() - (50, 50)) / 100 @ rotation(5).T * side + (50, 50), abs=1e-3)
    assert len(network.seen) == 1


def rotation(degrees: float) -> np.ndarray:
    angle = np.radians(degrees)
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


@pytest.mark.parametrize("roll", [40.0, -60.0])
def test_a_leaning_face_is_looked_at_again_righted(net: LandmarkNet, roll: float) -> None:
    leaning, network = scripted(net, (roll, SURE), (4, SURE))
    assert leaning.pose(PICTURE, BOX).roll == pytest.approx(roll + 4, abs=0.1)
    assert len(network.seen) == 2


@pytest.mark.parametrize(
    ("quarters", "errors", "roll"),
    [
        (0, (0.0, SURE, 0.0, 0.0), 93),
        (0, (0.0, -1.0, SURE, -1.0), -177),
        (0, (-2.5, SURE, 0.0, 0.0), 93),
        (2, (SURE,), -177),
        (1, (0.0, 0.0, 0.0, SURE), 3),
    ],
)
def test_a_lying_face_is_looked_at_from_each_side_and_the_surest_look_counts(
    net: LandmarkNet, quarters: int, errors: tuple[float, ...], roll: float
) -> None:
    card = net.card.model_copy(update={"threshold": 0.1})
    network = Scripted([(3, error) for error in errors])
    pose = LandmarkNet(network, card).pose(PICTURE, BOX, quarters)
    assert angle_difference(pose.roll, roll) == pytest.approx(0, abs=0.1)
    assert len(network.seen) == len(errors)


def test_what_both_looks_do_not_agree_on_is_not_told(net: LandmarkNet) -> None:
    assert scripted(net, (50, SURE), (AGREED + 5, SURE))[0].pose(PICTURE, BOX) == UNCERTAIN_POSE


def test_what_the_network_is_not_sure_of_is_not_told_and_refused_as_turned_away(
    net: LandmarkNet, analyzer: Analyzer
) -> None:
    pose = scripted(net, *[(3, float(np.log(2 * net.card.threshold)))] * 4)[0].pose(PICTURE, BOX)
    assert pose == UNCERTAIN_POSE
    assert not pose.is_certain
    assert analyzer.guard.unfit_reason(Face(BOX, 0.9, pose=pose)) == TURNED_AWAY


def test_a_box_of_nothing_has_no_pose(net: LandmarkNet) -> None:
    assert net.pose(PICTURE, Box(5, 5, 0.0, 3.0)) == UNCERTAIN_POSE


def test_where_there_is_no_face_none_is_reported(net: LandmarkNet) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (240, 320, 3), np.uint8)
    for picture in (noise, np.full((240, 320, 3), 180, np.uint8)):
        assert net.pose(picture, Box(80, 50, 110, 140)) == UNCERTAIN_POSE


@pytest.mark.parametrize(("one", "other", "difference"), [(10, 350, 20), (350, 10, -20), (180, -180, 0), (90, 0, 90)])
def test_directions_are_compared_around_the_circle(one: float, other: float, difference: float) -> None:
    assert angle_difference(one, other) == difference


def test_a_manifest_without_landmarks_is_told_of(tmp_path: Path) -> None:
    models = [card for card in load_manifest(ROOT / "weights").models if card.kind != "landmarks"]
    (tmp_path / MANIFEST).write_text(Manifest(models=models).model_dump_json())
    with pytest.raises(UnknownModelError, match="landmarks"):
        load_landmarks(RatingSettings(weights_dir=tmp_path))
