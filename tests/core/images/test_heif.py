from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from core.images.heif import is_heif, open_heif
from tests import faces

TURNED = (faces.DATA / "pictures" / "turned.heic").read_bytes()
"""Said to be turned twice, by irot and by EXIF; see tests/data/README.md."""


def test_it_is_turned_once() -> None:
    heif = open_heif(TURNED)
    assert (heif.width, heif.height) == (540, 720)
    image = heif.load()
    assert image.dtype == np.uint8
    assert np.abs(image.astype(int) - faces.load(faces.ADULT)[:, 90:630]).mean() < 3


def test_its_pixels_can_be_written_to() -> None:
    """dlib refuses those that cannot."""
    assert open_heif(TURNED).load().flags.writeable


def test_brands_tell() -> None:
    assert is_heif(TURNED)
    assert is_heif(b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic")
    assert not is_heif(b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif")
    assert not is_heif(b"\0\0\0\x14ftypmif1\0\0\0\0mif1heic")
    stream = io.BytesIO()
    Image.new("RGB", (60, 40)).save(stream, "AVIF")
    assert not is_heif(stream.getvalue())


@pytest.mark.parametrize("length", [16, 40, 400, 20_000])
def test_every_truncation_is_reported(length: int) -> None:
    with pytest.raises((ValueError, EOFError, SyntaxError, RuntimeError, OSError)):
        open_heif(TURNED[:length]).load()


def test_others_open_it_by_pillow() -> None:
    assert Image.open(io.BytesIO(TURNED)).size == (540, 720)
