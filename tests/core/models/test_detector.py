from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
import pytest

from core.errors import UnknownModelError
from core.face import Box, Face
from core.models.detector import Detector, FaceTracker, load_detector, with_threshold
from core.models.manifest import load_manifest
from core.settings import ROOT, RatingSettings
from tests import faces
from tests.film import outline, warped

CARD = load_manifest(ROOT / "weights").network("facetracker", "detector")


@dataclass
class Scripted:
    """A network that gives answers in turn: (face, cx, cy, w, h)."""

    answers: list[tuple[float, float, float, float, float]]
    seen: list[np.ndarray] = field(default_factory=list)

    def __call__(self, pixels: np.ndarray) -> dict[str, np.ndarray]:
        self.seen.append(pixels)
        face, *box = self.answers[len(self.seen) - 1]
        return {"face": np.array([face], np.float32), "box": np.array(box, np.float32)}


DETECTORS = load_manifest(ROOT / "weights").names("detector")


@pytest.fixture(scope="module")
def detectors(settings: RatingSettings) -> dict[str, Detector]:
    return {name: load_detector(name, settings) for name in DETECTORS}


def many() -> tuple[np.ndarray, list[Box]]:
    """Thirty faces in a picture of 1500 x 1250 pixels, and their true boxes."""
    names = sorted(faces.truth())
    chosen = [names[number % len(names)] for number in range(30)]
    tiles = [cv2.resize(faces.load(name), (250, 250), interpolation=cv2.INTER_AREA) for name in chosen]
    picture = np.concatenate([np.concatenate(tiles[row : row + 6], axis=1) for row in range(0, 30, 6)])
    boxes = []
    for number, name in enumerate(chosen):
        box, scale = faces.truth()[name], 250 / 720
        x, y = 250 * (number % 6), 250 * (number // 6)
        boxes.append(Box(box.x * scale + x, box.y * scale + y, box.w * scale, box.h * scale))
    return picture, boxes


@pytest.mark.parametrize("name", sorted(set(DETECTORS) - {"facetracker"}))
def test_thirty_faces_are_all_found_once(detectors: dict[str, Detector], name: str) -> None:
    picture, true = many()
    detected = detectors[name].detect(picture)
    assert len(detected) == 30
    for box in true:
        assert max(face.box.iou(box) for face in detected) > 0.6


@pytest.mark.parametrize("name", sorted(set(DETECTORS) - {"facetracker"}))
@pytest.mark.parametrize("degrees", [-40, -20, 20, 40])
def test_a_leaning_face_is_found(detectors: dict[str, Detector], name: str, degrees: int) -> None:
    picture, matrix = warped(faces.ADULT, degrees)
    (face,) = detectors[name].detect(picture)
    assert face.box.iou(outline(matrix, faces.truth()[faces.ADULT])) > 0.6


@pytest.mark.parametrize("detector", DETECTORS)
def test_a_threshold_that_is_raised_leaves_the_doubtful_out(detectors: dict[str, Detector], detector: str) -> None:
    frame, _ = faces.in_frame(faces.ADULT)
    assert with_threshold(detectors[detector], 0.1).detect(frame)
    assert not with_threshold(detectors[detector], 0.9999).detect(frame)


def test_a_stranger_has_no_threshold() -> None:
    class Stranger:
        name = "stranger"

        def detect(self, image: np.ndarray) -> list[Face]:
            return []

    with pytest.raises(TypeError, match="detector of ours"):
        with_threshold(Stranger(), 0.5)


@pytest.mark.parametrize("detector", DETECTORS)
@pytest.mark.parametrize("name", sorted(faces.truth()))
def test_every_real_face_is_found_where_it_is(detectors: dict[str, Detector], detector: str, name: str) -> None:
    (face,) = detectors[detector].detect(faces.load(name))
    assert face.box.iou(faces.truth()[name]) > 0.75
    assert face.detection > (0.8 if detector == "facetracker" else 0.7)


@pytest.mark.parametrize("detector", DETECTORS)
@pytest.mark.parametrize(("dx", "scale"), [(-120, 0.5), (0, 0.66), (130, 0.4)])
def test_the_box_follows_the_face_through_a_camera_frame(
    detectors: dict[str, Detector], detector: str, dx: int, scale: float
) -> None:
    frame, true = faces.in_frame(faces.ADULT, scale=scale, dx=dx)
    (face,) = detectors[detector].detect(frame)
    assert face.box.iou(true) > 0.65


def test_nothing_is_found_where_nothing_is(settings: RatingSettings) -> None:
    detector = load_detector("facetracker", settings)
    rng = np.random.default_rng(0)
    assert detector.detect(np.full((480, 640, 3), 200, np.uint8)) == []
    assert detector.detect(rng.integers(0, 255, (480, 640, 3), np.uint8)) == []


def test_the_box_is_mapped_back_from_the_letterbox() -> None:
    network = Scripted([(0.9, 0.5, 0.5, 0.5, 0.5)])
    (face,) = FaceTracker(network, CARD).detect(np.zeros((480, 640, 3), np.uint8))
    assert face.box == Box(160, 80, 320, 320)
    assert len(network.seen) == 1


def test_a_small_face_gets_a_closer_look() -> None:
    network = Scripted([(0.9, 0.5, 0.5, 0.1, 0.1), (0.98, 0.5, 0.5, 0.6, 0.6)])
    (face,) = FaceTracker(network, CARD).detect(np.zeros((640, 640, 3), np.uint8))
    assert len(network.seen) == 2
    assert face.detection == pytest.approx(0.94)
    assert (face.box.cx, face.box.cy) == pytest.approx((320, 320), abs=1)
    assert face.box.w == pytest.approx(0.6 * 64 / 0.5, abs=1)


def test_a_closer_look_that_hardly_sees_a_face_keeps_the_first_box() -> None:
    network = Scripted([(0.98, 0.5, 0.5, 0.1, 0.1), (0.3, 0.9, 0.9, 0.5, 0.5)])
    detection, box = FaceTracker(network, CARD).find(np.zeros((640, 640, 3), np.uint8))
    assert detection == pytest.approx(0.64)
    assert box.w == pytest.approx(64)


def test_a_closer_look_can_tell_that_it_is_no_face_after_all() -> None:
    network = Scripted([(0.7, 0.5, 0.5, 0.1, 0.1), (0.0, 0.5, 0.5, 0.5, 0.5)])
    assert FaceTracker(network, CARD).detect(np.zeros((640, 640, 3), np.uint8)) == []


@pytest.mark.parametrize("size", [0.0, 0.001])
def test_a_box_of_nothing_is_looked_at_without_harm(size: float) -> None:
    network = Scripted([(0.9, 0.5, 0.5, size, size), (0.0, 0.5, 0.5, 0.5, 0.5)])
    assert FaceTracker(network, CARD).find(np.zeros((64, 64, 3), np.uint8))[0] == pytest.approx(0.45)


def test_boxes_are_clipped_to_the_picture() -> None:
    network = Scripted([(0.9, 0.0, 0.5, 0.6, 0.9)])
    (face,) = FaceTracker(network, CARD).detect(np.zeros((480, 640, 3), np.uint8))
    assert (face.box.x, face.box.y) == (0, 0)
    assert face.box.h == 480


def test_a_box_outside_the_picture_is_no_face() -> None:
    network = Scripted([(0.9, 0.5, 0.02, 0.3, 0.02)])
    assert FaceTracker(network, CARD, closer_below=0).detect(np.zeros((100, 640, 3), np.uint8)) == []


def test_below_the_threshold_is_no_face() -> None:
    assert FaceTracker(Scripted([(0.01, 0.5, 0.5, 0.5, 0.5)]), CARD).detect(np.zeros((9, 9, 3), np.uint8)) == []


def test_an_unknown_detector_is_refused(settings: RatingSettings) -> None:
    with pytest.raises(UnknownModelError, match="nobody"):
        load_detector("nobody", settings)
