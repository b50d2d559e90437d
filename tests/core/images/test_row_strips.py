from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageOps

from core.images import row_strips


def exif(orientation: int) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


def gradient(width: int = 50, height: int = 150) -> Image.Image:
    pixels = np.random.default_rng(0).integers(0, 255, (height, width, 3), np.uint8)
    return Image.fromarray(pixels)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_as_pillow_has_it(orientation: int) -> None:
    picture = gradient()
    picture.getexif()[0x0112] = orientation
    expected = np.asarray(ImageOps.exif_transpose(picture))
    assert (row_strips.from_pillow(picture, orientation) == expected).all()


@pytest.mark.parametrize("orientation", [0, 9, -1, "left", None, 6.5])
def test_an_orientation_that_makes_no_sense_is_none(orientation: object) -> None:
    tags = Image.Exif()
    tags[0x0112] = orientation
    assert row_strips.exif_orientation(tags) == 1


def test_an_orientation_is_read() -> None:
    assert [row_strips.exif_orientation(exif(orientation)) for orientation in range(1, 9)] == list(range(1, 9))


@pytest.mark.parametrize("height", [1, row_strips.ROWS, row_strips.ROWS + 1, 3 * row_strips.ROWS])
def test_bands_meet(height: int) -> None:
    picture = gradient(height=height)
    assert (row_strips.from_pillow(picture, 1) == np.asarray(picture)).all()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr", "HSV", "LAB"])
def test_every_mode_becomes_rgb(mode: str) -> None:
    picture = Image.new("RGBA", (20, 100), (255, 255, 255, 255)).convert("RGBA" if "a" in mode else "RGB").convert(mode)
    image = row_strips.from_pillow(picture, 1)
    assert image.shape == (100, 20, 3)
    assert image.dtype == np.uint8
    assert (image >= 254).all()


def test_half_transparent_on_white() -> None:
    image = row_strips.from_pillow(Image.new("RGBA", (20, 20), (0, 100, 200, 128)), 1)
    assert np.abs(image[3, 3].astype(int) - [127, 177, 227]).max() <= 1


@pytest.mark.parametrize(
    ("values", "grey"),
    [
        (np.full((20, 20), 0x80FF, np.uint16), 0x80),
        (np.full((20, 20), 0x80FF, ">u2"), 0x80),
        (np.full((20, 20), 200, np.uint16), 200),
        (np.full((20, 20), 200, np.int32), 200),
        (np.full((20, 20), -7, np.int32), 0),
        (np.full((20, 20), 0x40000000, np.int32), 0x40),
        (np.full((20, 20), 0.5, np.float32), 127),
        (np.full((20, 20), 3.0, np.float32), 255),
        (np.full((20, 20), np.nan, np.float32), 0),
        (np.full((20, 20), np.inf, np.float32), 0),
    ],
)
def test_whole_and_real_numbers_become_eight_bits(values: np.ndarray, grey: int) -> None:
    assert (row_strips.from_pillow(Image.fromarray(values), 1) == grey).all()


@pytest.mark.parametrize("bits", [10, 12])
@pytest.mark.parametrize("order", ["<u2", ">u2"])
def test_greys_that_use_some_of_sixteen_bits_are_stretched(bits: int, order: str) -> None:
    values = np.linspace(0, 2**bits - 1, 256).round().astype(order).reshape(1, -1).repeat(20, axis=0)
    image = row_strips.from_pillow(Image.fromarray(values), 1)
    assert np.abs(image[3, :, 0].astype(int) - np.arange(256)).max() <= 1


def test_a_dark_picture_of_sixteen_bits_stays_dark() -> None:
    assert (row_strips.from_pillow(Image.fromarray(np.full((20, 20), 5000, np.uint16)), 1) == 5000 // 256).all()


def test_the_largest_of_all_bands_tells_the_depth() -> None:
    values = np.full((row_strips.ROWS * 2, 20), 100, np.uint16)
    values[-1, -1] = 0xFFFF
    image = row_strips.from_pillow(Image.fromarray(values), 1)
    assert image[0, 0, 0] == 0
    assert image[-1, -1, 0] == 255
