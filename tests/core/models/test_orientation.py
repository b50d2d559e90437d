from __future__ import annotations

from dataclasses import dataclass, field, replace

import cv2
import numpy as np
import pytest

from core.analyzer import Analyzer, load_analyzer
from core.face import UNCERTAIN_POSE, Box, Face, Pose
from core.images.crop import Image
from core.models.age_guard import TURNED_AWAY
from core.models.detector import load_detector
from core.models.facegrid import SURE, FaceGrid
from core.models.orientation import (
    EVERY_KNOWN,
    EVERY_UNKNOWN,
    FORGET,
    AnyWayUp,
    Gaze,
    detect_any_way_up,
    load_any_way_up,
    merge_turned,
    turned_back,
    turned_image,
    with_threshold,
)
from core.settings import RatingSettings
from tests import faces
from tests.film import outline

ROUND = tuple(range(60, 301, 30))
"""Degrees by which people who lie or hang are turned, and phones held wrong."""


@pytest.fixture(scope="module")
def any_way_up(settings: RatingSettings) -> AnyWayUp:
    return load_any_way_up("facegrid", settings)


@pytest.fixture(scope="module")
def photos(settings: RatingSettings) -> Analyzer:
    return load_analyzer(settings.photo_detector, settings.classifier, settings)


def turned(name: str, degrees: float, scale: float = 0.7) -> tuple[Image, Box]:
    """A portrait turned clockwise, its edges repeated, and the box around its face."""
    matrix = cv2.getRotationMatrix2D((360, 360), -degrees, scale)
    picture = cv2.warpAffine(
        faces.load(name), matrix, (720, 720), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(picture), outline(np.vstack([matrix, [0, 0, 1]]), faces.truth()[name])


def face_at(x: float, roll: float, detection: float = 0.9, certain: bool = True) -> Face:
    return Face(Box(x, 100, 80, 100), detection, pose=Pose(roll, 0.0, 0.45) if certain else UNCERTAIN_POSE)


@pytest.mark.parametrize("quarters", range(4))
def test_a_box_is_turned_back_with_its_picture(quarters: int) -> None:
    picture = np.zeros((40, 60, 3), np.uint8)
    picture[5:15, 30:50] = 255
    rows, columns = np.nonzero(turned_image(picture, quarters)[..., 0])
    turned_box = Box(columns.min(), rows.min(), columns.max() + 1 - columns.min(), rows.max() + 1 - rows.min())
    assert turned_back(turned_box, quarters, 60, 40) == Box(30, 5, 20, 10)


@pytest.mark.parametrize("degrees", ROUND)
@pytest.mark.parametrize("name", faces.ADULTS)
def test_a_face_that_lies_or_hangs_is_rated_as_upright_or_refused_as_turned_away(
    photos: Analyzer, name: str, degrees: int
) -> None:
    picture, true = turned(name, degrees)
    upright, _ = turned(name, 0)
    (straight,) = photos.analyze(upright)
    assert straight.rating is not None
    (face,) = photos.analyze(picture)
    assert face.box.iou(true) > 0.6
    if face.refused:
        assert face.refused == TURNED_AWAY
    else:
        assert face.rating == pytest.approx(straight.rating, abs=0.25)
        assert face.pose is not None
        assert np.cos(np.radians(face.pose.roll - degrees)) > np.cos(np.radians(10))


@pytest.mark.long
def test_most_faces_that_lie_or_hang_are_rated(photos: Analyzer) -> None:
    analysed = [photos.analyze(turned(name, degrees)[0]) for name in faces.ADULTS for degrees in ROUND]
    assert np.mean([len(detected) == 1 and detected[0].rating is not None for detected in analysed]) >= 0.85


def test_upright_pictures_give_what_they_gave(any_way_up: AnyWayUp, settings: RatingSettings) -> None:
    plain = load_detector("facegrid", settings)
    frame, _ = faces.pair_in_frame()
    for picture in (frame, *(faces.load(name) for name in sorted(faces.truth()))):
        assert [replace(face, pose=None) for face in detect_any_way_up(any_way_up, picture)] == plain.detect(picture)


def test_an_upright_face_beside_one_that_hangs(any_way_up: AnyWayUp) -> None:
    frame, boxes = faces.pair_in_frame()
    half = np.ascontiguousarray(frame[:, 320:][::-1, ::-1])
    picture = np.concatenate([frame[:, :320], half], axis=1)
    hanging = Box(640 - boxes[1].x + 320 - boxes[1].w, 480 - boxes[1].y - boxes[1].h, boxes[1].w, boxes[1].h)
    detected = any_way_up.detect_any_way_up(picture)
    assert len(detected) == 2
    for box, roll in ((boxes[0], 0), (hanging, 180)):
        (face,) = (face for face in detected if face.box.iou(box) > 0.6)
        assert face.pose is not None
        assert np.cos(np.radians(face.pose.roll - roll)) > 0.98


class Counts:
    """A grid that counts its looks."""

    def __init__(self, grid: FaceGrid) -> None:
        self.grid = grid
        self.looks = 0

    def __call__(self, pixels: np.ndarray) -> dict[str, np.ndarray]:
        self.looks += 1
        return dict(self.grid.model(pixels))


def test_upright_faces_cost_one_look_more_and_others_as_many_as_they_need(any_way_up: AnyWayUp) -> None:
    counts = Counts(any_way_up.grid)
    grid = replace(any_way_up.grid, model=counts)
    counted = replace(any_way_up, detector=grid, grid=grid)
    frame, _ = faces.pair_in_frame()
    looks = []
    for picture in (frame, np.ascontiguousarray(frame[::-1, ::-1]), np.zeros_like(frame)):
        counts.looks = 0
        counted.detect_any_way_up(picture)
        looks.append(counts.looks)
    assert looks[0] == 2
    assert looks[1] >= 5
    assert looks[2] >= 5


def test_the_one_face_detector_still_finds_one(settings: RatingSettings) -> None:
    detector = load_any_way_up("facetracker", settings)
    frame, _ = faces.pair_in_frame()
    assert len(detector.detect_any_way_up(np.ascontiguousarray(frame[::-1, ::-1]))) <= 1
    (face,) = detector.detect_any_way_up(turned(faces.ADULT, 90)[0])
    assert face.box.iou(turned(faces.ADULT, 90)[1]) > 0.6


def test_an_upright_face_is_kept_as_the_picture_shows_it() -> None:
    upright, again = face_at(0, roll=20, detection=0.6), face_at(5, roll=20, detection=0.99)
    assert merge_turned([upright], {1: [again]}) == [upright]


def test_a_face_seen_in_several_looks_counts_once_by_the_most_upright_one() -> None:
    upright, beside, across = face_at(0, roll=60, detection=0.95), face_at(4, roll=70), face_at(8, roll=70)
    assert merge_turned([upright], {1: [beside], 2: [across]}) == [beside]


def test_only_what_lies_surely_is_believed_of_a_turned_picture_alone() -> None:
    lying, unsure = face_at(0, roll=95), face_at(200, roll=95, detection=SURE - 0.1)
    standing, nothing = face_at(400, roll=5), face_at(600, roll=0, certain=False)
    assert merge_turned([], {1: [unsure, standing, nothing, lying]}) == [lying]


def test_a_lying_face_that_no_turned_look_sees_is_turned_away() -> None:
    (face,) = merge_turned([face_at(0, roll=90)], {})
    assert face.pose == UNCERTAIN_POSE


def test_a_threshold_moves_both_detectors(any_way_up: AnyWayUp) -> None:
    moved = with_threshold(any_way_up, 0.9)
    assert isinstance(moved, AnyWayUp)
    assert moved.grid.card.threshold == 0.9
    assert with_threshold(any_way_up, 0.9999).detect(faces.load(faces.ADULT)) == []


@dataclass
class Counting:
    """A network that counts how often it is run and sees nothing, or what the one behind it sees."""

    behind: AnyWayUp
    runs: list[int] = field(default_factory=list)

    def __call__(self, pixels: np.ndarray) -> dict[str, np.ndarray]:
        self.runs.append(1)
        return self.behind.grid.model(pixels)

    def detector(self) -> AnyWayUp:
        grid = replace(self.behind.grid, model=self)
        return AnyWayUp(grid, grid, self.behind.landmarks)


def test_a_known_upright_face_costs_hardly_more_in_a_stream(any_way_up: AnyWayUp) -> None:
    counting, gaze = Counting(any_way_up), Gaze()
    detector = counting.detector()
    frame, _ = faces.in_frame(faces.ADULT)
    for _ in range(3 * EVERY_KNOWN):
        assert len(gaze.detect(detector, frame)) == 1
    assert len(counting.runs) == 3 * EVERY_KNOWN + 3


@pytest.mark.long
def test_a_stream_finds_who_lies_and_then_sees_them_in_every_frame(any_way_up: AnyWayUp) -> None:
    picture, true = turned(faces.ADULT, 90)
    gaze = Gaze()
    faces_by_frame = [gaze.detect(any_way_up, picture) for _ in range(EVERY_UNKNOWN + 20)]
    for shown in faces_by_frame[EVERY_UNKNOWN:]:
        (face,) = shown
        assert face.box.iou(true) > 0.6
        assert face.pose is not None
        assert face.pose.roll == pytest.approx(90, abs=10)


def test_a_side_that_shows_nobody_any_more_is_left(any_way_up: AnyWayUp) -> None:
    counting, gaze = Counting(any_way_up), Gaze()
    detector = counting.detector()
    for _ in range(2 * EVERY_UNKNOWN):
        gaze.detect(detector, turned(faces.ADULT, 180)[0])
    assert list(gaze.seen) == [2]
    frame, _ = faces.in_frame(faces.ADULT)
    for _ in range(FORGET + 1):
        gaze.detect(detector, frame)
    assert not gaze.seen


def test_a_detector_that_sees_upright_faces_alone_is_asked_once() -> None:
    class Plain:
        name = "plain"

        def detect(self, image: Image) -> list[Face]:
            return [Face(Box(0, 0, 9, 9), 0.9)]

    picture = np.zeros((20, 20, 3), np.uint8)
    assert Gaze().detect(Plain(), picture) == detect_any_way_up(Plain(), picture) == Plain().detect(picture)
