from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.images.webp import is_webp, open_webp

RED = Image.new("RGB", (60, 40), (255, 0, 0))
CLEAR = Image.new("RGBA", (60, 40), (0, 0, 0, 0))


def webp(picture: Image.Image, **options: Any) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "WEBP", **options)
    return stream.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        webp(RED),
        webp(RED, lossless=True),
        webp(CLEAR),
        webp(CLEAR, lossless=True),
        webp(RED, save_all=True, append_images=[CLEAR.convert("RGB")]),
    ],
)
def test_every_kind_tells_its_size(data: bytes) -> None:
    assert is_webp(data)
    picture = open_webp(data)
    assert (picture.width, picture.height, picture.orientation) == (60, 40, 1)
    assert picture.load().shape == (40, 60, 3)


def test_pixels_are_as_pillow_has_them(adult: np.ndarray) -> None:
    data = webp(Image.fromarray(adult))
    expected = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    assert (open_webp(data).load() == expected).all()


def test_transparency_is_laid_on_white() -> None:
    assert (open_webp(webp(CLEAR, lossless=True)).load() == 255).all()


def test_exif_turns() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = open_webp(webp(RED, exif=exif))
    assert picture.orientation == 6
    assert picture.load().shape == (60, 40, 3)


def test_no_pixels_are_decoded_for_the_size() -> None:
    header = b"RIFF" + bytes(4) + b"WEBPVP8X" + (10).to_bytes(4, "little") + bytes(4) + b"\xff\xff\xff" * 2
    picture = open_webp(header)
    assert (picture.width, picture.height) == (1 << 24, 1 << 24)


@pytest.mark.parametrize("length", [12, 20, 25])
def test_a_header_that_is_cut_short(length: int) -> None:
    with pytest.raises(ValueError, match="WebP"):
        open_webp(webp(RED)[:length])


def test_pixels_that_are_cut_short(adult: np.ndarray) -> None:
    data = webp(Image.fromarray(adult))
    with pytest.raises(ValueError, match="whole"):
        open_webp(data[: len(data) // 2]).load()


def test_others_are_none() -> None:
    assert not is_webp(b"RIFF1234WAVE")
    assert not is_webp(b"")
