"""A real face moving, turning and shaking before a camera: one number, a steady box, a label that stays."""

from __future__ import annotations

import numpy as np
import pytest

from core.analyzer import Analyzer
from core.face import Box, Face
from core.live.follower import Follower
from core.live.tracker import Tracker
from core.models.age_guard import CHECKING
from tests.faces import ADULT, ADULTS
from tests.film import FPS, MOVING, REST, Take, film

pytestmark = pytest.mark.long

SECONDS = 5


def numbers(boxes: list[Box]) -> np.ndarray:
    return np.array([[box.cx, box.cy, box.w, box.h] for box in boxes])


def jitter(boxes: list[Box], truth: list[Box]) -> float:
    """Mean movement from frame to frame that is not the face's own, pixels."""
    return float(np.abs(np.diff(numbers(boxes) - numbers(truth), axis=0)).mean())


def unrest(boxes: list[Box]) -> float:
    """Mean change of movement from frame to frame, pixels."""
    return float(np.abs(np.diff(numbers(boxes), 2, axis=0)).mean())


def followed(take: Take, analyzer: Analyzer) -> tuple[list[Box], list[Box], list[Box], Tracker]:
    """(true, detected, shown) boxes of a film of one face, frame by frame."""
    tracker = Tracker()
    truth, detected, shown = [], [], []
    for now, frame, (box,) in film([ADULT], take, SECONDS):
        (face,) = analyzer.detector.detect(frame)
        (steady,) = tracker.update([face], now)
        truth.append(box)
        detected.append(face.box)
        shown.append(steady.box)
    return truth, detected, shown, tracker


@pytest.mark.parametrize("take", [REST, Take(sway=70, near=0.2, roll=12, turn=0.12)], ids=["rest", "moving"])
def test_jitter_is_halved_at_least(take: Take, analyzer: Analyzer) -> None:
    truth, detected, shown, tracker = followed(take, analyzer)
    assert jitter(shown, truth) <= jitter(detected, truth) / 2
    assert tracker.last == 1
    raw, steady = (
        np.mean([box.iou(true) for box, true in zip(boxes, truth, strict=True)]) for boxes in (detected, shown)
    )
    assert steady > raw - 0.01, "steady boxes lag behind the face"


def test_a_shaking_camera_shakes_the_box_half_as_much_at_most(analyzer: Analyzer) -> None:
    _, detected, shown, tracker = followed(MOVING, analyzer)
    assert unrest(shown) <= unrest(detected) / 2
    assert tracker.last == 1


def test_number_and_label_stay_while_the_face_moves(analyzer: Analyzer) -> None:
    follower = Follower(analyzer)
    shown: list[Face] = []
    for now, frame, _ in film([ADULT], MOVING, SECONDS):
        shown += follower.analyze(frame, now)
    assert len(shown) == SECONDS * FPS
    assert {face.track for face in shown} == {1}
    checked = [face for face in shown if face.refused != CHECKING]
    assert len(checked) > 0.9 * len(shown)
    assert len({face.label for face in checked if face.label}) == 1
    assert {face.refused for face in checked} == {None}
    ratings = np.array([face.rating for face in checked])
    assert np.abs(np.diff(ratings)).max() < 0.05


def test_two_faces_keep_their_numbers_and_labels(analyzer: Analyzer) -> None:
    follower = Follower(analyzer)
    shown: dict[int, list[Face]] = {}
    for now, frame, truth in film(list(ADULTS), Take(sway=30, near=0.1, roll=8, turn=0.1, shake=2), SECONDS):
        faces = follower.analyze(frame, now)
        assert len(faces) == 2
        for face in faces:
            assert face.track is not None
            shown.setdefault(face.track, []).append(face)
            nearest = max(truth, key=face.box.iou)
            assert truth.index(nearest) == sorted(shown).index(face.track), "the faces swapped their numbers"
    assert set(shown) == {1, 2}
    for same_number in shown.values():
        checked = [face for face in same_number if face.refused != CHECKING]
        assert len(checked) > 0.8 * len(same_number)
        assert len({face.label for face in checked if face.label}) == 1
