from __future__ import annotations

import math
from dataclasses import replace

import pytest

from core.face import Box, Face
from core.live.scene import AHEAD, MAX_STALE, STALE, STILL, Motion, Scene, stale_after

FACE = Face(Box(100, 80, 40, 60), 0.9)


def scene(motion: Motion = STILL) -> Scene:
    return Scene(10.0, (640, 480), (FACE,), (motion,))


def test_a_still_face_stays_where_it_was() -> None:
    assert scene().at(10.1, (640, 480)) == [FACE]


def test_a_moving_face_is_expected_where_it_was_going() -> None:
    (face,) = scene(Motion(cx=50, cy=-20, w=math.log(2), h=0)).at(10.2, (640, 480))
    assert face.box.cx == pytest.approx(FACE.box.cx + 10)
    assert face.box.cy == pytest.approx(FACE.box.cy - 4)
    assert face.box.w == pytest.approx(40 * 2**0.2)
    assert face.box.h == pytest.approx(60)


def test_it_is_not_expected_to_go_on_for_ever() -> None:
    moving = scene(Motion(cx=50))
    assert moving.at(10 + AHEAD + 0.5, (640, 480)) == moving.at(10 + AHEAD, (640, 480))


def test_a_time_before_the_frame_is_the_frames() -> None:
    assert scene(Motion(cx=50)).at(9.9, (640, 480)) == [FACE]


def test_a_frame_of_another_size_shows_the_faces_at_its_own_scale() -> None:
    (face,) = scene().at(10.0, (320, 240))
    assert face.box == Box(50, 40, 20, 30)


def test_a_stale_scene_shows_nothing() -> None:
    assert scene().at(10 + STALE + 0.01, (640, 480)) == []


def test_a_slow_servers_scene_holds_until_the_next_one_is_overdue() -> None:
    for interval in (0.8, 1.0):
        slow = replace(scene(), interval=interval)
        assert slow.at(10 + 2 * interval, (640, 480)) == [FACE], "the next one is there by now"
        assert slow.at(10 + 3 * interval, (640, 480)) == []


def test_none_holds_for_less_than_usual_or_for_ever() -> None:
    assert stale_after(0.0) == stale_after(0.03) == STALE
    assert stale_after(3600.0) == MAX_STALE
