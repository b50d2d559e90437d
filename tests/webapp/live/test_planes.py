from __future__ import annotations

import av
import cv2
import numpy as np
import pytest

from core.draw import ABOVE, AS_THEY_ARE, draw
from core.face import Box, Face
from webapp.live.frames import rgb
from webapp.live.planes import Planes, has_planes, planes_of, shade

FACE = Face(Box(40, 60, 60, 80), 0.9, 3.4, "Sexy", 0.8, 31)


def frame(width: int = 160, height: int = 160) -> av.VideoFrame:
    """Smooth, so that the halved planes lose nothing."""
    across, down = np.meshgrid(np.linspace(40, 200, width), np.linspace(40, 200, height))
    image = np.stack([across, down, (across + down) / 2], -1).astype(np.uint8)
    return av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format="yuv420p")


def drawn(original: av.VideoFrame, faces: list[Face]) -> np.ndarray:
    planes = Planes.of(original)
    planes.draw(faces, "Sexy", AS_THEY_ARE, numbered=False)
    return rgb(planes.frame()).astype(int)


@pytest.mark.parametrize("size", [(160, 160), (322, 178), (640, 480)])
@pytest.mark.parametrize("corner", [(40, 60), (-20, -10), (130, 5), (41, 61)])
def test_it_looks_as_drawn_on_the_picture_itself(size: tuple[int, int], corner: tuple[int, int]) -> None:
    original = frame(*size)
    face = Face(Box(*corner, 60, 80), 0.9, 3.4, "Sexy", 0.8, 31)
    wanted = draw(rgb(original), [face], "Sexy").astype(int)
    # U and V are half as wide and high, and a strip begins where they do: a pixel more or less is nothing.
    difference = cv2.blur((drawn(original, [face]) - wanted).astype(np.float32), (15, 15))
    changed = cv2.blur((wanted - rgb(original)).astype(np.float32), (15, 15))
    assert np.abs(changed).max() > 40
    assert np.abs(difference).mean() < 0.25 * np.abs(changed).mean()


def test_the_frame_itself_stays_as_it_is() -> None:
    original = frame()
    before = original.to_ndarray()
    drawn(original, [FACE])
    assert (original.to_ndarray() == before).all()


def test_two_mirrors_are_none() -> None:
    original = frame(162, 90)
    planes = Planes.of(original)
    planes.mirror()
    assert not (planes.picture == original.to_ndarray()).all()
    planes.mirror()
    assert (planes.picture == original.to_ndarray()).all()


def test_a_caption_longer_than_the_picture_is_cut() -> None:
    face = Face(Box(2, 2, 20, 20), 0.9, refused="may be under 18")
    assert drawn(frame(64, 48), [face]).shape == (48, 64, 3)


def test_a_colour_in_planes_is_that_colour() -> None:
    planes = planes_of(np.zeros((4, 4, 3), np.uint8))
    for part, value in zip(planes.parts, shade(ABOVE), strict=True):
        part[:] = value
    assert np.abs(rgb(planes.frame()).astype(int) - ABOVE).max() < 5


def test_only_frames_that_have_such_planes_are_drawn_into() -> None:
    assert has_planes(frame())
    assert not has_planes(av.VideoFrame(161, 160, "yuv420p"))
    assert not has_planes(av.VideoFrame(160, 160, "rgb24"))
    full_range = frame()
    full_range.color_range = 2
    assert not has_planes(full_range)
