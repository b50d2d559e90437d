from __future__ import annotations

import numpy as np
import pytest

from core.face import Box, Face
from core.live.scene import STILL, Motion
from core.live.tracker import BLIND, COAST, GAP, KEEP, Tracker, jumped, likeness, match_boxes


def face(cx: float, cy: float = 100, side: float = 60) -> Face:
    return Face(Box.from_centre(cx, cy, side, side), 0.9)


def numbers(faces: list[Face]) -> list[int | None]:
    return [tracked.track for tracked in faces]


def test_a_face_keeps_its_number_and_another_gets_the_next() -> None:
    tracker = Tracker()
    assert numbers(tracker.update([face(100)], 0.0)) == [1]
    assert numbers(tracker.update([face(300), face(104)], 0.03)) == [1, 2]
    assert numbers(tracker.update([face(108), face(300)], 0.06)) == [1, 2]


def test_two_faces_that_pass_each_other_keep_their_numbers() -> None:
    tracker = Tracker()
    for k in range(60):
        tracked_faces = tracker.update([face(100 + 5 * k, 100), face(400 - 5 * k, 130)], k / 30)
    right, left = (next(tracked for tracked in tracked_faces if tracked.track == number) for number in (1, 2))
    assert len(tracked_faces) == 2
    assert right.box.cx > 350
    assert left.box.cx < 150


def test_a_quick_face_is_still_the_same() -> None:
    tracker = Tracker()
    tracker.update([face(100)], 0.0)
    assert numbers(tracker.update([face(133)], 0.03)) == [1]
    assert likeness(face(100).box, face(160).box) == 0
    assert likeness(face(100).box, face(110, side=200).box) == 0


def test_a_lost_face_is_shown_for_a_moment_and_then_forgotten() -> None:
    tracker = Tracker()
    for k in range(10):
        tracker.update([face(100 + 3 * k)], k / 30)
    last = 9 / 30
    (coasting,) = tracker.update([], last + 0.1)
    assert coasting.track == 1
    assert coasting.box.cx > 127
    assert tracker.found_numbers(last + 0.1) == set()
    assert tracker.update([], last + COAST + 0.05) == []
    assert tracker.numbers == {1}
    assert tracker.update([], last + KEEP + 0.05) == []
    assert tracker.numbers == set()
    assert numbers(tracker.update([face(130)], last + KEEP + 0.1)) == [2]


def test_a_face_found_again_in_time_is_the_same() -> None:
    tracker = Tracker()
    tracker.update([face(100)], 0.0)
    assert tracker.update([], 0.3) == []
    assert numbers(tracker.update([face(103)], 0.6)) == [1]
    assert tracker.found_numbers(0.6) == {1}


def test_boxes_rest_where_the_face_rests() -> None:
    rng = np.random.default_rng(1)
    tracker = Tracker()
    raw, steady = [], []
    for k in range(300):
        dx, dy, ds = rng.normal(0, 1.2, 3)
        detected = face(200 + dx, 150 + dy, 80 + ds)
        (shown,) = tracker.update([detected], k / 30)
        raw.append([detected.box.cx, detected.box.cy, detected.box.w])
        steady.append([shown.box.cx, shown.box.cy, shown.box.w])
    moves = [np.abs(np.diff(np.array(values)[30:], axis=0)).mean() for values in (raw, steady)]
    assert moves[1] < moves[0] / 2
    assert np.allclose(np.array(steady).mean(axis=0), [200, 150, 80], atol=0.5)


def test_size_does_not_change_how_steady_a_box_is() -> None:
    small, large = Tracker(), Tracker()
    for k in range(40):
        a = small.update([face(100 + k % 3, 100, 60)], k / 30)
        b = large.update([face(400 + 4 * (k % 3), 400, 240)], k / 30)
    assert b[0].box.cx == pytest.approx(4 * a[0].box.cx)


def test_of_several_pairs_the_likeliest_is_taken_first() -> None:
    before = [face(100).box, face(130).box]
    assert sorted(match_boxes(before, [face(128).box, face(101).box])) == [(0, 1, False), (1, 0, False)]
    assert match_boxes(before, []) == []


def test_a_face_moves_as_its_box_did() -> None:
    tracker = Tracker()
    for k in range(60):
        shown = tracker.update([face(100 + 3 * k)], k / 30)
    (motion,) = tracker.motions(shown)
    assert motion.cx == pytest.approx(90, rel=0.1)
    assert motion.cy == pytest.approx(0, abs=1)
    assert motion.w == pytest.approx(0, abs=0.05)


def test_a_picture_that_is_scaled_keeps_its_faces() -> None:
    tracker = Tracker()
    for k in range(30):
        tracker.update([face(200 + k)], k / 30)
    tracker.scale(0.5)
    (shown,) = tracker.update([Face(Box.from_centre(115, 50, 30, 30), 0.9)], 1.0)
    assert shown.track == 1
    assert shown.box.cx == pytest.approx(115, abs=2)
    assert shown.box.w == pytest.approx(30, abs=0.5)


def doubted(frames: list[tuple[float, list[Face]]]) -> list[set[int]]:
    """Numbers of doubtful faces after each frame."""
    tracker, doubtful = Tracker(), []
    for now, detected in frames:
        tracker.update(detected, now)
        doubtful.append(tracker.doubtful)
    return doubtful


@pytest.mark.parametrize("fps", [5, 15, 30])
def test_a_face_that_is_found_in_every_frame_is_not_doubtful(fps: int) -> None:
    assert doubted([(k / fps, [face(100 + 90 * k / fps)]) for k in range(3 * fps)]) == [set()] * (3 * fps)


@pytest.mark.parametrize(("fps", "missed", "doubtful"), [(30, 1, False), (30, 2, False), (15, 1, False), (30, 5, True),
                                                         (15, 2, True), (15, 4, True), (5, 1, True)])  # fmt: skip
def test_a_gap_makes_a_face_doubtful_by_its_time(fps: int, missed: int, doubtful: bool) -> None:
    frames = [(k / fps, [face(100)]) for k in range(9)]
    frames += [(k / fps, []) for k in range(9, 9 + missed)]
    after = 9 + missed
    frames += [(k / fps, [face(100)]) for k in range(after, after + 3)]
    doubtful_faces = doubted(frames)
    assert doubtful_faces[after] == ({1} if doubtful else set()), "in the frame in which it is found again"
    assert doubtful_faces[after + 1 :] == [set()] * 2
    assert doubtful_faces[8] == set()


def test_a_lost_face_is_doubtful_while_it_is_still_shown() -> None:
    tracker = Tracker()
    tracker.update([face(100)], 0.0)
    for k in range(1, 7):
        (coasting,) = tracker.update([], k / 30)
        assert tracker.doubtful == ({coasting.track} if k / 30 > GAP else set())
    assert COAST >= 6 / 30


def test_frames_too_far_apart_make_every_face_doubtful() -> None:
    for seconds, expected in ((BLIND - 0.01, set()), (BLIND + 0.01, {1, 2})):
        assert doubted([(0.0, [face(100), face(400)]), (seconds, [face(100), face(400)])])[1] == expected


@pytest.mark.parametrize(
    ("after", "doubtful"),
    [(face(110), False), (face(100, side=66), False), (face(130), True), (face(100, side=84), True)],
)
def test_a_jump_of_place_or_size_makes_a_face_doubtful(after: Face, doubtful: bool) -> None:
    frames = [(k / 30, [face(100)]) for k in range(9)]
    assert doubted([*frames, (9 / 30, [after])])[-1] == ({1} if doubtful else set())


def test_a_quick_face_that_goes_on_as_it_went_does_not_jump() -> None:
    assert doubted([(k / 15, [face(100 + 20 * k)]) for k in range(20)])[5:] == [set()] * 15
    assert not jumped(face(100).box, face(112).box, 1 / 15, STILL)
    assert jumped(face(100).box, face(120).box, 1 / 15, STILL)
    assert not jumped(face(100).box, face(120).box, 1 / 15, Motion(cx=200)), "it stopped"


def test_another_face_that_fits_as_well_makes_a_face_doubtful() -> None:
    side_by_side = doubted([(0.0, [face(100), face(170)]), (1 / 30, [face(101), face(171)])])
    assert side_by_side == [set(), set()], "faces side by side are two"
    parted = doubted([(0.0, [face(100)]), (1 / 30, [face(92), face(108)])])
    assert parted[1] == {1}, "two faces where one was"
    merged = doubted([(0.0, [face(92), face(108)]), (1 / 30, [face(100)])])
    assert merged[1] == {1, 2}, "one face where two were"


def test_faces_that_cross_are_both_doubtful_once_they_part() -> None:
    tracker, ever_doubtful = Tracker(), set()
    for k in range(60):
        a, b = face(100 + 5 * k), face(395 - 5 * k)
        hidden = a.box.iou(b.box) > 0.3
        tracker.update([a] if hidden else [a, b], k / 30)
        ever_doubtful |= tracker.doubtful
    assert ever_doubtful >= {1, 2}
