"""Whoever may be somebody else than a frame ago is checked anew: people who change places, cross, leave and come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import permutations

import numpy as np
import pytest

from core.analyzer import Analyzer
from core.face import Box, Face, Pose
from core.images.crop import Image
from core.live.evidence import AGE_AGAIN, STALE_LOOKS
from core.live.follower import Follower
from core.models.age_guard import CHECKING, MAY_BE_MINOR, TURNED_AWAY, AgeGuard
from core.models.ages import AgeReading
from tests import faces
from tests.aged import ADULT, CHILD, UNCLEAR
from tests.film import MOVING, Take, film

BLANK = np.zeros((480, 640, 3), np.uint8)


@dataclass
class Someone:
    """Who is really there."""

    reading: AgeReading
    box: Box
    pose: Pose | None = None


@dataclass
class World:
    """A detector that finds everybody, a guard that sees who they are, a classifier that likes all alike."""

    people: list[Someone] = field(default_factory=list)
    name: str = "world"
    threshold: float = 3.0
    views: int = 2
    looked: list[Someone] = field(default_factory=list)

    def nearest(self, box: Box) -> Someone:
        return max(self.people, key=lambda person: -np.hypot(person.box.cx - box.cx, person.box.cy - box.cy))

    def detect(self, image: Image) -> list[Face]:
        return [Face(person.box, 0.9) for person in self.people]

    def look(self, image: Image, face: Face, view: int = 0) -> AgeReading:
        self.looked.append(self.nearest(face.box))
        return self.looked[-1].reading

    def __call__(self, image: Image, face: Face) -> AgeReading:
        raise AssertionError("a frame takes one look at most")

    def rate(self, image: Image, faces: list[Face]) -> list[Face]:
        raise AssertionError("frames are rated a face at a time")

    def rating(self, image: Image, face: Face) -> float:
        assert self.nearest(face.box).reading is not CHILD, "a child is rated"
        return 3.5

    def with_label(self, face: Face, rating: float, above: bool) -> Face:
        return replace(face, rating=rating, label="Sexy", probability=0.5)

    def at(self, threshold: float) -> World:
        raise AssertionError("nobody moves the threshold")


class Stage:
    """Frames of one follower of a world. No told face that is a child's may ever have a rating."""

    def __init__(self, fps: float = 15) -> None:
        self.world = World()
        self.follower = Follower(Analyzer(self.world, AgeGuard(self.world, 0.06, 18, 32), self.world))
        self.fps = fps
        self.now = 0.0

    def show(self, *people: Someone, image: Image = BLANK, frames: int = 1) -> list[Face]:
        shown: list[Face] = []
        for _ in range(frames):
            self.now += 1 / self.fps
            self.world.people = list(people)
            shown = self.follower.analyze(image, self.now)
            for face in shown:
                nearest = self.world.nearest(face.box) if people else None
                if nearest and nearest.reading is CHILD and face.box.iou(nearest.box) > 0.1:
                    assert face.rating is None, f"a child is rated at {self.now:.2f} s"
        return shown


def at(x: float, y: float = 200, side: float = 120) -> Box:
    return Box.from_centre(x, y, side, 1.2 * side)


def rated(shown: list[Face]) -> list[bool]:
    return [face.rating is not None for face in shown]


@pytest.mark.parametrize("fps", [15, 30])
@pytest.mark.parametrize("gap", [0, 1, 3, 12])
@pytest.mark.parametrize("aside", [45, 60, 90])
def test_a_child_who_comes_where_an_adult_was_is_never_rated(fps: int, gap: int, aside: float) -> None:
    """A nine-year-old who took an adult's track was once rated for two seconds."""
    stage = Stage(fps)
    assert rated(stage.show(Someone(ADULT, at(300)), frames=9)) == [True]
    stage.show(frames=gap)
    (face,) = stage.show(Someone(CHILD, at(300 + aside)), frames=1)[-1:]
    assert face.refused == CHECKING
    (face,) = stage.show(Someone(CHILD, at(300 + aside)), frames=4)[-1:]
    assert face.refused == MAY_BE_MINOR


@pytest.mark.parametrize("fps", [15, 30])
@pytest.mark.parametrize("gap", [0.2, 0.4, 0.7])
def test_after_a_gap_whoever_comes_to_the_very_same_place_is_checked(fps: int, gap: float) -> None:
    stage = Stage(fps)
    stage.show(Someone(ADULT, at(300)), frames=fps)
    stage.show(frames=round(gap * fps))
    (face,) = stage.show(Someone(CHILD, at(300)))
    assert (face.track, face.refused, face.rating) == (1, CHECKING, None)
    stage.show(Someone(CHILD, at(300)), frames=fps)


@pytest.mark.parametrize("speed", [200, 600])
@pytest.mark.parametrize("hidden", [1.1, 0.4, 0.0], ids=["both found", "one hidden", "one long hidden"])
@pytest.mark.parametrize("front", [0, 1], ids=["adult in front", "child in front"])
def test_of_two_who_cross_the_child_is_never_rated(speed: float, hidden: float, front: int) -> None:
    """hidden: the overlap above which who is behind is not found."""
    stage = Stage()
    stage.show(Someone(ADULT, at(120)), Someone(CHILD, at(520)), frames=9)
    for k in range(round(400 / speed * stage.fps) + 1):
        step = speed * k / stage.fps
        both = Someone(ADULT, at(120 + step, 195)), Someone(CHILD, at(520 - step, 205))
        covered = both[0].box.iou(both[1].box) > hidden
        stage.show(*([both[front]] if covered else both))
    stage.show(Someone(ADULT, at(520, 195)), Someone(CHILD, at(120, 205)), frames=9)
    shown = {face.box.cx > 320: face for face in stage.show(Someone(ADULT, at(520, 195)), Someone(CHILD, at(120, 205)))}
    assert shown[True].rating is not None, "the adult is rated again"
    assert shown[False].refused == MAY_BE_MINOR


def test_a_child_in_front_of_an_adult_takes_no_verdict_with_it() -> None:
    stage = Stage()
    stage.show(Someone(ADULT, at(300)), frames=15)
    for k in range(30):
        stage.show(Someone(ADULT, at(300)), Someone(CHILD, at(300 + 150 - 5 * k, 230, 100)))
    for _ in range(30):
        stage.show(Someone(CHILD, at(300, 230, 100)))


def test_one_look_that_clearly_dissents_hides_the_rating_at_once() -> None:
    stage = Stage()
    stage.show(Someone(ADULT, at(300)), frames=30)
    looks, shown = len(stage.world.looked), stage.show(Someone(ADULT, at(300)))
    while len(stage.world.looked) == looks:
        # The frame shows nothing of the change: only a look can tell.
        stage.world.people = [Someone(AgeReading(11, 0.97), at(300))]
        stage.now += 1 / stage.fps
        shown = stage.follower.analyze(BLANK, stage.now)
    assert [(face.refused, face.rating, face.age) for face in shown] == [(CHECKING, None, None)]
    assert len(stage.world.looked) == looks + 1


def test_nobody_who_slipped_in_is_rated_for_more_than_a_moment() -> None:
    stage = Stage()
    stage.show(Someone(ADULT, at(300)), frames=60)
    slipped = Someone(AgeReading(14, 0.9), at(300))
    frames = 0
    while rated(stage.show(slipped)) == [True]:
        frames += 1
    assert frames / stage.fps <= AGE_AGAIN + 1 / stage.fps


def test_with_many_faces_each_is_looked_at_again_and_a_new_one_is_not_forgotten() -> None:
    stage = Stage()
    crowd = [Someone(ADULT, at(70 + 100 * k, side=60)) for k in range(5)]
    stage.show(*crowd, frames=30)
    newcomer = Someone(ADULT, at(300, 400, 60))
    begin = len(stage.world.looked)
    shown = stage.show(*crowd, newcomer, frames=15)
    assert rated(shown) == [True] * 6
    assert len(stage.world.looked) - begin <= 15
    for person in crowd:
        assert any(seen is person for seen in stage.world.looked[begin:])


def test_a_face_in_constant_doubt_keeps_no_look_from_others() -> None:
    stage = Stage()
    calm = Someone(ADULT, at(500))
    for k in range(60):
        stage.show(calm, Someone(UNCLEAR, at(150 + 60 * (k % 2))))
    begin = len(stage.world.looked)
    for k in range(30):
        stage.show(calm, Someone(UNCLEAR, at(150 + 60 * (k % 2))))
    assert sum(seen is calm for seen in stage.world.looked[begin:]) >= 3


def test_a_verdict_that_nobody_could_renew_is_not_kept() -> None:
    """Who turns away cannot be looked at; who turns back after a while is checked."""
    away = Pose(0, 0.9, 0.2)
    for seconds, still_rated in ((0.5 * STALE_LOOKS, True), (1.5 * STALE_LOOKS, False)):
        stage = Stage()
        stage.show(Someone(ADULT, at(300)), frames=15)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                "core.live.follower.Gaze.detect",
                lambda _, detector, image: [replace(face, pose=away) for face in detector.detect(image)],
            )
            (face,) = stage.show(Someone(ADULT, at(300)), frames=round(seconds * stage.fps))
            assert (face.refused, face.rating) == (TURNED_AWAY, None)
        assert rated(stage.show(Someone(ADULT, at(300)))) == [still_rated]


def scenes(name: str, take: Take, seconds: float, seed: int = 0) -> Iterator[tuple[np.ndarray, Box]]:
    """Every other frame of a film, fifteen a second, with light that changes, and a box as a detector finds it."""
    rng = np.random.default_rng(seed)
    for k, (now, frame, (box,)) in enumerate(film([name], take, seconds, 320, 240)):
        if k % 2:
            continue
        light = (1 + 0.25 * np.sin(5 * now)) * (1 + 0.25 * np.sin(3 * now) * np.linspace(-1, 1, 320)[None, :, None])
        dx, dy, ds = rng.normal(0, 0.015, 3)
        detected = Box.from_centre(box.cx + dx * box.w, box.cy + dy * box.h, box.w * (1 + ds), box.h * (1 + ds))
        yield np.clip(frame * light, 0, 255).astype(np.uint8), detected


@pytest.mark.parametrize(
    ("take", "apart"),
    [
        (replace(MOVING, noise=6), 1),
        (replace(MOVING, noise=6), 3),
        (Take(sway=60, near=0.3, roll=18, turn=0.18, shake=4), 1),
    ],
    ids=["15 a second", "5 a second", "15 a second, much moved"],
)
def test_a_steady_person_is_never_checked_again(take: Take, apart: int) -> None:
    stage = Stage(15 / apart)
    film_frames = list(scenes(faces.ADULT, take, 6))[::apart]
    shown = [stage.show(Someone(ADULT, box), image=frame)[0] for frame, box in film_frames]
    assert [face.refused for face in shown[3:]] == [None] * len(shown[3:])
    assert {face.track for face in shown} == {1}


@pytest.mark.parametrize("reading", [AgeReading(11, 0.97), AgeReading(16, 0.2)], ids=["child", "minor"])
@pytest.mark.parametrize("fps", [15, 5, 4, 3, 2.5])
def test_after_a_cut_to_somebody_who_looks_alike_nobody_is_rated_unseen(fps: float, reading: AgeReading) -> None:
    """With frames far apart a face may change as much as from one person to another."""
    shots = {name: faces.in_frame(name) for name in sorted(faces.truth())}
    for before, after in permutations(shots, 2):
        for frames in range(10, 14):
            stage = Stage(fps)
            image, box = shots[before]
            assert rated(stage.show(Someone(ADULT, box), image=image, frames=frames)) == [True]
            image, box = shots[after]
            (face,) = stage.show(Someone(reading, box), image=image)
            assert face.rating is None, f"{after} after {before}, {frames} frames"


@pytest.mark.parametrize("light", [1.0, 0.3], ids=["light", "dark"])
def test_a_cut_to_somebody_else_in_the_very_same_place_is_noticed_in_the_same_frame(light: float) -> None:
    names = sorted(faces.truth())
    noticed = []
    shots = {name: list(scenes(name, MOVING, 0.5)) for name in names}
    for before, after in zip(names, names[1:] + names[:1], strict=True):
        stage = Stage()
        for frame, box in shots[before][:-1]:
            shown = stage.show(Someone(ADULT, box), image=(frame * light).astype(np.uint8))
        assert rated(shown) == [True]
        frame, box = shots[after][-1]
        (face,) = stage.show(Someone(CHILD, shots[before][-1][1]), image=(frame * light).astype(np.uint8))
        noticed.append((face.refused, face.rating))
    assert noticed == [(CHECKING, None)] * len(names)
