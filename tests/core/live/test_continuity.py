from __future__ import annotations

import cv2
import numpy as np
import pytest

from core.face import Box
from core.live.continuity import SIDE, Sameness, compare, likeness, thumbnail
from tests import faces

FRAME = 1 / 15


def moved(box: Box, dx: float, dy: float, size: float) -> Box:
    return Box.from_centre(box.cx + dx * box.w, box.cy + dy * box.h, box.w * size, box.h * size)


@pytest.mark.parametrize("name", sorted(faces.truth()))
def test_a_face_goes_on_whatever_box_light_and_size_of_frame(name: str) -> None:
    image, box = faces.in_frame(name)
    before = thumbnail(image, box, 0.0)
    brighter = np.clip(image * np.linspace(0.6, 1.2, image.shape[1])[None, :, None], 0, 255).astype(np.uint8)
    half = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    assert before.details.shape == (SIDE, SIDE)
    assert likeness(before, image, box) > 0.95
    assert compare(before, image, moved(box, 0.04, -0.03, 1.06), FRAME) is Sameness.SAME
    assert compare(before, brighter, box, FRAME) is Sameness.SAME
    assert compare(before, half, Box(box.x / 2, box.y / 2, box.w / 2, box.h / 2), FRAME) is Sameness.SAME


def test_another_face_does_not_go_on() -> None:
    shown = {name: faces.in_frame(name) for name in sorted(faces.truth())}
    for name, (image, box) in shown.items():
        before = thumbnail(image, box, 0.0)
        for other, (picture, place) in shown.items():
            if other != name:
                assert compare(before, picture, place, FRAME) is Sameness.ANOTHER, f"{other} taken for {name}"
                for later in (0.2, 0.3, 0.4, 0.5):
                    assert compare(before, picture, place, later) is not Sameness.SAME, f"{other}, {later} s later"


def test_where_nothing_is_seen_nothing_changed_and_where_something_appears_it_did() -> None:
    blank = np.zeros((480, 640, 3), np.uint8)
    image, box = faces.in_frame(faces.ADULT)
    assert likeness(thumbnail(blank, box, 0.0), blank, box) == 1.0
    assert compare(thumbnail(blank, box, 0.0), image, box, FRAME) is Sameness.ANOTHER
    assert compare(thumbnail(image, box, 0.0), blank, box, FRAME) is Sameness.ANOTHER
    outside = Box(-900, -900, 50, 60)
    assert likeness(thumbnail(image, outside, 0.0), image, outside) == 1.0
    assert thumbnail(image, Box(5, 5, 0, 0), 0.0).details.shape == (SIDE, SIDE)
