from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.analyzer import Analyzer
from core.face import Box, Face
from core.images.crop import Image
from core.live.evidence import AGE_AGAIN, CLEAR_LOOKS, DOUBT_AGAIN, LOOKS
from core.live.follower import Follower
from core.live.metrics import Stages as StageTimes
from core.live.tracker import GAP, KEEP
from core.models.age_guard import CHECKING, LOOKS_YOUNGER, MAY_BE_MINOR, TOO_SMALL, AgeGuard, looks_younger
from core.models.ages import AgeReading
from tests import faces
from tests.aged import ADULT, CHILD

IMAGE = np.zeros((480, 640, 3), np.uint8)
LEFT, RIGHT = Face(Box(100, 100, 90, 110), 0.9), Face(Box(400, 100, 90, 110), 0.8)


class Stages:
    """A detector, an age model and a classifier that say what they are told; they count how often they are asked."""

    views = 2

    def __init__(
        self, found: list[Face], reading: AgeReading = ADULT, rating: float = 3.5, name: str = "a", line: float = 3.0
    ) -> None:
        self.found, self.reading, self.rating_value = found, reading, rating
        self.name, self.threshold = name, line
        self.requested_views: list[int] = []
        self.ratings = 0

    @property
    def looks(self) -> int:
        return len(self.requested_views)

    def detect(self, image: Image) -> list[Face]:
        return self.found

    def look(self, image: Image, face: Face, view: int = 0) -> AgeReading:
        self.requested_views.append(view)
        return self.reading

    def __call__(self, image: Image, face: Face) -> AgeReading:
        raise AssertionError("a frame takes one look at most")

    def rate(self, image: Image, faces: list[Face]) -> list[Face]:
        raise AssertionError("frames are rated a face at a time")

    def rating(self, image: Image, face: Face) -> float:
        self.ratings += 1
        return self.rating_value

    def with_label(self, face: Face, rating: float, above: bool) -> Face:
        return replace(face, rating=rating, label="Sexy" if above else "Ugly", probability=0.5)

    def at(self, threshold: float) -> Stages:
        raise AssertionError("whoever chose a threshold says so before")


def analyzer_of(stages: Stages, min_age: int = 18) -> Analyzer:
    return Analyzer(stages, AgeGuard(stages, 0.06, min_age, 32), stages)


class Film:
    """Frames of one follower, thirty a second."""

    def __init__(self, stages: Stages, min_age: int = 18, fps: int = 30) -> None:
        self.stages = stages
        self.follower = Follower(analyzer_of(stages, min_age))
        self.fps = fps
        self.now = 0.0

    def run(self, frames: int) -> list[Face]:
        shown: list[Face] = []
        for _ in range(frames):
            self.now += 1 / self.fps
            shown = self.follower.analyze(IMAGE, self.now)
        return shown


def test_a_face_is_checked_before_it_is_rated() -> None:
    film = Film(Stages([LEFT]))
    for _ in range(CLEAR_LOOKS - 1):
        (face,) = film.run(1)
        assert (face.refused, face.rating, face.age) == (CHECKING, None, None)
    assert film.stages.ratings == 0
    (face,) = film.run(1)
    assert (face.refused, face.rating, face.age, face.label, face.track) == (None, 3.5, 40, "Sexy", 1)


@pytest.mark.parametrize(("minor", "refused"), [(0.05, None), (0.07, MAY_BE_MINOR)])
def test_a_face_that_is_not_clear_has_its_verdict_within_seven_tenths_of_a_second(
    minor: float, refused: str | None
) -> None:
    film = Film(Stages([LEFT], AgeReading(25, minor)), fps=15)
    refusals = [film.run(1)[0].refused for _ in range(LOOKS)]
    assert refusals == [CHECKING] * (LOOKS - 1) + [refused]
    assert film.now - 1 / film.fps <= 0.7, "since the first frame that showed it"


def test_looks_go_through_all_views() -> None:
    film = Film(Stages([LEFT], AgeReading(25, 0.05)))
    film.run(LOOKS)
    assert film.stages.requested_views == list(range(LOOKS))


def test_a_frame_takes_one_look_and_one_rating_however_many_faces() -> None:
    film = Film(Stages([LEFT, RIGHT]))
    before = 0
    for _ in range(2 * LOOKS):
        film.run(1)
        assert film.stages.looks - before <= 1
        before = film.stages.looks
    ratings = film.stages.ratings
    film.run(10)
    assert film.stages.ratings - ratings == 10
    assert film.stages.looks - before <= 2
    assert [face.rating for face in film.run(1)] == [3.5, 3.5]


def test_when_frames_come_seldom_a_face_is_rated_less_often() -> None:
    film = Film(Stages([LEFT]))
    film.run(LOOKS)
    before = film.stages.ratings
    for _ in range(20):
        film.now += 0.1
        film.follower.analyze(IMAGE, film.now)
    assert film.stages.ratings - before == pytest.approx(10, abs=1)


def test_an_age_is_looked_at_again_now_and_then() -> None:
    film = Film(Stages([LEFT]))
    film.run(CLEAR_LOOKS)
    assert film.stages.looks == CLEAR_LOOKS
    film.run(round(AGE_AGAIN * 30) - 1)
    assert film.stages.looks == CLEAR_LOOKS
    film.run(2)
    assert film.stages.looks == CLEAR_LOOKS + 1


def test_who_looks_too_young_is_never_rated() -> None:
    film = Film(Stages([LEFT], AgeReading(19, 0.4)))
    (face,) = film.run(60)
    assert (face.refused, face.rating) == (MAY_BE_MINOR, None)
    assert face.age == pytest.approx(19)
    assert film.stages.ratings == 0


def test_a_doubtful_age_is_soon_looked_at_again_and_then_refused() -> None:
    film = Film(Stages([LEFT]))
    film.run(300)
    film.stages.reading = AgeReading(20, 0.12)
    looks, begin = film.stages.looks, film.now
    while film.run(1)[0].refused is None:
        assert film.now - begin < 2
    assert 5 <= film.stages.looks - looks <= 1 + (film.now - begin) / DOUBT_AGAIN
    (face,) = film.run(1)
    assert (face.refused, face.rating) == (MAY_BE_MINOR, None)


def test_at_the_limit_a_refusal_stays_until_the_age_is_clear() -> None:
    film = Film(Stages([LEFT], AgeReading(24, 0.065)))
    film.run(LOOKS)
    film.stages.reading = AgeReading(24, 0.055)
    assert film.run(200)[0].refused == MAY_BE_MINOR
    film.stages.reading = AgeReading(24, 0.03)
    film.run(2000)
    assert film.run(1)[0].refused is None


def test_the_operators_age_says_what_is_true() -> None:
    film = Film(Stages([LEFT], AgeReading(24, 0.01)), min_age=30)
    (face,) = film.run(60)
    assert (face.refused, face.rating) == (looks_younger(30), None)
    assert film.follower.refusals == {LOOKS_YOUNGER: 1}


def test_small_faces_are_neither_checked_nor_rated() -> None:
    film = Film(Stages([Face(Box(5, 5, 20, 20), 0.9)]))
    (face,) = film.run(20)
    assert face.refused == TOO_SMALL
    assert (film.stages.looks, film.stages.ratings) == (0, 0)


def test_a_face_that_left_is_forgotten_and_checked_anew() -> None:
    film = Film(Stages([LEFT]))
    film.run(LOOKS)
    film.stages.found = []
    shown = film.run(int(GAP * 30))
    assert [face.rating for face in shown] == [3.5]
    shown = film.run(1)
    assert [(face.rating, face.refused) for face in shown] == [(None, CHECKING)], "nobody knows who is there"
    looks, ratings = film.stages.looks, film.stages.ratings
    assert film.run(round(KEEP * 30) + 3) == []
    assert (film.stages.looks, film.stages.ratings) == (looks, ratings)
    film.stages.found = [LEFT]
    (face,) = film.run(1)
    assert (face.track, face.refused) == (2, CHECKING)


def test_another_classifier_begins_anew_and_keeps_number_and_age() -> None:
    film = Film(Stages([LEFT]))
    film.run(LOOKS)
    other_stages = Stages([LEFT], rating=2.0, name="other")
    film.follower.analyzer = analyzer_of(other_stages)
    (face,) = film.run(1)
    assert (face.track, face.rating, face.label, face.refused) == (1, 2.0, "Ugly", None)


def test_another_threshold_changes_the_label_at_once_and_leaves_the_rating() -> None:
    film = Film(Stages([LEFT]))
    film.run(LOOKS)
    moved = Stages([LEFT], rating=2.0, line=3.6)
    film.follower.analyzer = analyzer_of(moved)
    (face,) = film.run(1)
    assert face.rating is not None
    assert 3.3 < face.rating < 3.5, "it goes on from where it was"
    assert (face.track, face.label, face.refused) == (1, "Ugly", None)


def test_another_detector_alone_changes_no_label() -> None:
    film = Film(Stages([LEFT]))
    film.run(LOOKS)
    film.stages.rating_value = 2.9
    film.run(90)
    before = film.run(1)
    other_analyzer = Analyzer(Stages([LEFT]), film.follower.analyzer.guard, film.stages)
    film.follower.analyzer = other_analyzer
    (face,) = film.run(1)
    assert (face.label, before[0].label) == ("Sexy", "Sexy"), "still within the margin of the first side"
    assert face.rating == pytest.approx(2.9, abs=0.05)


def halved(face: Face) -> Face:
    box = face.box
    return replace(face, box=Box(box.x / 2, box.y / 2, box.w / 2, box.h / 2))


def test_frames_that_come_smaller_keep_number_age_and_rating() -> None:
    film = Film(Stages([LEFT]))
    film.run(2 * LOOKS)
    film.stages.found = [halved(LEFT)]
    (face,) = film.follower.analyze(np.zeros((240, 320, 3), np.uint8), film.now + 1 / 30)
    assert (face.track, face.rating, face.refused) == (1, 3.5, None)
    assert face.box.cx == pytest.approx(LEFT.box.cx / 2, abs=1)


def test_frames_of_another_shape_begin_anew() -> None:
    film = Film(Stages([LEFT]))
    film.run(2 * LOOKS)
    (face,) = film.follower.analyze(np.zeros((640, 480, 3), np.uint8), film.now + 1 / 30)
    assert (face.track, face.refused) == (2, CHECKING)


def test_the_scene_is_what_was_said_last() -> None:
    film = Film(Stages([LEFT, RIGHT]))
    shown = film.run(LOOKS)
    scene = film.follower.scene
    assert scene is not None
    assert (scene.size, list(scene.faces), len(scene.motions)) == ((640, 480), shown, 2)
    assert scene.at(film.now, (640, 480)) == shown


def test_a_refusal_is_counted_once_a_face() -> None:
    film = Film(Stages([Face(Box(5, 5, 20, 20), 0.9), LEFT], CHILD))
    film.run(60)
    assert film.follower.refusals == {TOO_SMALL: 1, MAY_BE_MINOR: 1}


def test_the_time_of_each_stage_is_counted() -> None:
    times = StageTimes()
    stages = Stages([LEFT])
    follower = Follower(analyzer_of(stages), times)
    for k in range(LOOKS + 3):
        follower.analyze(IMAGE, k / 30)
    assert {stage: runs for stage, (runs, _) in times.read().items()} == {
        "detect": LOOKS + 3,
        "guard": CLEAR_LOOKS,
        "classify": LOOKS + 4 - CLEAR_LOOKS,
    }


def test_a_real_face_ends_up_as_in_a_picture(analyzer: Analyzer, adult: np.ndarray) -> None:
    follower = Follower(analyzer)
    for k in range(12):
        (face,) = follower.analyze(adult, k / 30)
    (alone,) = analyzer.analyze(adult)
    assert face.box.iou(alone.box) > 0.99
    assert face.label == alone.label
    assert face.rating == pytest.approx(alone.rating, abs=0.02)
    assert face.age == pytest.approx(alone.age, abs=3), "a look sees one view only"
    assert alone.track is None
    assert face.box.iou(faces.truth()[faces.ADULT]) > 0.75
