from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.errors import ImageError
from core.images import decode_picture, read_picture


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def decode(data: bytes) -> np.ndarray:
    return decode_picture(data, max_mb=25, max_megapixels=40)


RED = Image.new("RGB", (60, 40), (255, 0, 0))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_three_kinds_open(kind: str) -> None:
    image = decode(encoded(RED, kind))
    assert image.shape == (40, 60, 3)
    assert image.dtype == np.uint8
    assert image[20, 30].tolist() == pytest.approx([255, 0, 0], abs=3)


def test_exif_rotation_is_applied() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert decode(encoded(RED, "JPEG", exif=exif)).shape == (60, 40, 3)


def test_cmyk_becomes_rgb() -> None:
    assert decode(encoded(RED.convert("CMYK"), "JPEG"))[5, 5].tolist() == pytest.approx([255, 0, 0], abs=6)


def test_sixteen_bits_become_eight() -> None:
    grey = Image.fromarray(np.full((40, 60), 0x80FF, np.uint16))
    assert (decode(encoded(grey, "PNG")) == 0x80).all()


def test_transparency_is_laid_on_white() -> None:
    clear = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    assert (decode(encoded(clear, "PNG")) == 255).all()
    palette = Image.new("P", (40, 40), 0)
    palette.putpalette([0, 0, 0] * 256)
    assert (decode(encoded(palette, "PNG", transparency=0)) == 255).all()


@pytest.mark.parametrize("kind", ["WEBP", "PNG"])
def test_of_an_animation_the_first_frame_counts(kind: str) -> None:
    blue = Image.new("RGB", RED.size, (0, 0, 255))
    data = encoded(RED, kind, save_all=True, append_images=[blue, blue], duration=50)
    assert decode(data)[20, 30].tolist() == pytest.approx([255, 0, 0], abs=4)


def noisy() -> bytes:
    pixels = np.random.default_rng(0).integers(0, 255, (200, 200, 3), np.uint8)
    return encoded(Image.fromarray(pixels), "JPEG")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"<html><script>alert(1)</script></html>", "something else"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "something else"),
        (encoded(RED, "GIF"), "something else"),
        (encoded(RED, "TIFF"), "something else"),
        (noisy()[:4000], "truncated or damaged"),
        (noisy()[:30], "something else|truncated"),
        (encoded(RED, "PNG")[:60], "truncated or damaged"),
        (encoded(Image.new("RGB", (8, 300)), "PNG"), "at least 16 pixels"),
        (bytes(26_000_000), "at most 25 MB"),
    ],
)
def test_what_cannot_be_opened_gets_a_sentence(data: bytes, says: str) -> None:
    with pytest.raises(ImageError, match=says):
        decode(data)


@pytest.mark.parametrize("size", [(9000, 9000), (50_000, 50_000)])
def test_too_many_pixels_are_refused_before_any_is_decoded(size: tuple[int, int]) -> None:
    header = bytearray(encoded(Image.new("1", (64, 64)), "PNG"))
    header[16:24] = size[0].to_bytes(4, "big") + size[1].to_bytes(4, "big")
    crc = __import__("zlib").crc32(header[12:29])
    header[29:33] = crc.to_bytes(4, "big")
    with pytest.raises(ImageError, match="at most 40 megapixels"):
        decode(bytes(header))


def test_every_truncation_of_a_picture_is_told() -> None:
    data = noisy()
    for length in range(0, len(data), 997):
        with pytest.raises(ImageError, match=r"^Expected"):
            decode(data[:length])


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "renamed.png"
    path.write_bytes(encoded(RED, "JPEG"))
    assert read_picture(path, 25, 40).shape == (40, 60, 3)
    with pytest.raises(ImageError, match="cannot be read"):
        read_picture(tmp_path / "nothing.jpg", 25, 40)
    with pytest.raises(ImageError, match="folder"):
        read_picture(tmp_path, 25, 40)
    path.write_bytes(bytes(2_000_000))
    with pytest.raises(ImageError, match="at most 1 MB"):
        read_picture(path, 1, 40)
