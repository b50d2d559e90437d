"""The counter survives VP8 at a low bitrate, at every size, whatever is drawn elsewhere."""

from __future__ import annotations

import timeit

import cv2
import numpy as np
import pytest

from core.draw import ABOVE
from tests import faces
from tests.live.clock import MODULUS, burn, read, strip_height
from tests.live.film import decoded, encoded

SIZES = [(160, 120), (176, 144), (320, 240), (424, 240), (640, 480), (1280, 720)]


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_what_is_burned_is_read(width: int, height: int) -> None:
    rng = np.random.default_rng(0)
    for number in [0, 1, 255, 256, MODULUS - 1, *rng.integers(0, MODULUS, 50).tolist()]:
        picture = rng.integers(0, 256, (height, width, 3), np.uint8)
        burn(picture, number)
        assert read(picture) == number
        luma = rng.integers(0, 256, (height, width), np.uint8)
        burn(luma, number + MODULUS)
        assert read(luma) == number


def test_a_picture_without_a_counter_has_none() -> None:
    rng = np.random.default_rng(0)
    assert read(faces.in_frame(faces.ADULT)[0]) is None
    assert read(np.zeros((480, 640), np.uint8)) is None
    assert read(np.full((480, 640), 126, np.uint8)) is None
    noise = [read(rng.integers(0, 256, (48, 160), np.uint8)) for _ in range(50)]
    assert noise == [None] * 50


def test_one_wrong_cell_is_noticed() -> None:
    for number in (0, 77, 4321):
        for cell in range(24):
            luma = np.zeros((480, 640), np.uint8)
            burn(luma, number)
            luma[-strip_height(480) :, cell * 640 // 24 : (cell + 1) * 640 // 24] ^= 192
            assert read(luma) is None


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_it_survives_coding_at_a_low_bitrate(width: int, height: int) -> None:
    bitrate = max(60_000, 250_000 * width * height // (640 * 480))
    packets = encoded((width, height), 30, 2.0, bitrate)
    assert sum(map(len, packets)) * 8 / 2.0 < 2 * bitrate
    assert [read(luma) for luma in decoded(packets)] == list(range(60))


def test_drawing_elsewhere_does_no_harm() -> None:
    picture, box = faces.in_frame(faces.ADULT)
    burn(picture, 1234)
    cv2.rectangle(picture, (int(box.x), int(box.y)), (int(box.x + box.w), int(box.y + box.h)), ABOVE, 4)
    assert box.y + box.h < 480 - strip_height(480)
    assert read(picture) == 1234


def test_reading_is_cheap() -> None:
    luma = np.zeros((720, 1280), np.uint8)
    burn(luma, 5)
    assert min(timeit.repeat(lambda: read(luma), number=100, repeat=5)) / 100 < 0.5e-3
