from __future__ import annotations

import io
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps

from core.errors import ImageError
from core.images.decode import SUFFIXES, coefficient_count, decode_picture, read_picture
from core.settings import ROOT
from tests import faces
from tests.core.images.encoding import encode


def turned_exif() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif.tobytes()


def decode(data: bytes) -> np.ndarray:
    return decode_picture(data, max_mb=25, max_megapixels=40)


RED = Image.new("RGB", (60, 40), (255, 0, 0))


HEIC = (faces.DATA / "pictures" / "turned.heic").read_bytes()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "GIF", "TIFF", "BMP"])
def test_every_kind_opens(kind: str) -> None:
    image = decode(encode(RED, kind))
    assert image.shape == (40, 60, 3)
    assert image.dtype == np.uint8
    assert image[20, 30].tolist() == pytest.approx([255, 0, 0], abs=3)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA"])
def test_bitmaps_of_windows_open(mode: str) -> None:
    stripes = Image.new("RGB", (60, 40), (255, 255, 255))
    stripes.paste((0, 0, 0), (0, 0, 30, 40))
    image = decode(encode(stripes.convert(mode), "BMP"))
    assert image.shape == (40, 60, 3)
    assert (image[0, 0].tolist(), image[0, 59].tolist()) == ([0, 0, 0], [255, 255, 255])


def bitfields(alpha: int) -> bytes:
    """A red BMP of 32 bits with an alpha channel of one value."""
    masks = struct.pack("<4I", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    header = struct.pack("<IiiHHIIiiII", 108, 40, 30, 1, 32, 3, 40 * 30 * 4, 0, 0, 0, 0) + masks + bytes(52)
    pixels = bytes([0, 0, 255, alpha]) * (40 * 30)
    pixel_offset = 14 + len(header)
    return b"BM" + struct.pack("<IHHI", pixel_offset + len(pixels), 0, 0, pixel_offset) + header + pixels


@pytest.mark.parametrize(("alpha", "colour"), [(255, [255, 0, 0]), (0, [255, 0, 0]), (51, [255, 204, 204])])
def test_a_bitmap_whose_fourth_byte_says_nothing_is_seen(alpha: int, colour: list[int]) -> None:
    image = decode(bitfields(alpha))
    assert image.shape == (30, 40, 3)
    assert image[15, 20].tolist() == pytest.approx(colour, abs=1)


@pytest.mark.parametrize("name", ["a.jfif", "a.JFIF", "a.bmp", "a.pjpeg"])
def test_endings_of_pictures(tmp_path: Path, name: str) -> None:
    assert Path(name).suffix.lower() in SUFFIXES
    (tmp_path / name).write_bytes(encode(RED, "JPEG"))
    assert read_picture(tmp_path / name, 25, 40).shape == (40, 60, 3)


def test_heic_opens_upright() -> None:
    assert decode(HEIC).shape == (720, 540, 3)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = Image.new("RGB", (60, 40))
    stored.paste((255, 255, 255), (0, 0, 30, 20))
    data = encode(stored, kind, exif=exif)
    upright = stored.copy()
    upright.getexif()[0x0112] = orientation
    expected = np.asarray(ImageOps.exif_transpose(upright))
    assert np.abs(decode(data).astype(int) - expected).mean() < 8


def test_exif_that_cannot_be_read_turns_nothing() -> None:
    assert decode(encode(RED, "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")).shape == (40, 60, 3)


def test_ordinary_pictures_are_as_pillow_has_them(adult: np.ndarray) -> None:
    data = encode(Image.fromarray(adult), "JPEG")
    assert (decode(data) == np.asarray(Image.open(io.BytesIO(data)))).all()


def test_cmyk_becomes_rgb() -> None:
    assert decode(encode(RED.convert("CMYK"), "JPEG"))[5, 5].tolist() == pytest.approx([255, 0, 0], abs=6)


def test_sixteen_bits_become_eight() -> None:
    grey = Image.fromarray(np.full((40, 60), 0x80FF, np.uint16))
    assert (decode(encode(grey, "PNG")) == 0x80).all()
    assert (decode(encode(grey, "TIFF")) == 0x80).all()


def test_transparency_is_laid_on_white() -> None:
    clear = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    assert (decode(encode(clear, "PNG")) == 255).all()
    palette = Image.new("P", (40, 40), 0)
    palette.putpalette([0, 0, 0] * 256)
    assert (decode(encode(palette, "PNG", transparency=0)) == 255).all()


@pytest.mark.parametrize("kind", ["WEBP", "PNG", "GIF", "TIFF", "AVIF"])
def test_of_an_animation_the_first_frame_counts(kind: str) -> None:
    blue = Image.new("RGB", RED.size, (0, 0, 255))
    data = encode(RED, kind, save_all=True, append_images=[blue, blue])
    assert decode(data)[20, 30].tolist() == pytest.approx([255, 0, 0], abs=4)


def noise() -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 255, (200, 200, 3), np.uint8))


def noisy() -> bytes:
    return encode(noise(), "JPEG")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"<html><script>alert(1)</script></html>", "something else"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "something else"),
        (encode(RED, "BMP")[:60], "truncated or damaged"),
        (b"BM is a text", "something else"),
        (encode(RED, "PPM"), "something else"),
        (b"\0\0\0\x18ftypisom\0\0\0\0mp42avc1", "something else"),
        (noisy()[:4000], "truncated or damaged"),
        (noisy()[:30], "truncated or damaged"),
        (encode(RED, "PNG")[:60], "truncated or damaged"),
        (encode(Image.new("RGB", (8, 300)), "PNG"), "at least 16 pixels"),
        (encode(Image.new("RGB", (8, 300)), "WEBP"), "at least 16 pixels"),
        (HEIC[:20_000], "truncated or damaged"),
        (encode(noise(), "WEBP")[:4000], "truncated or damaged"),
        (encode(noise(), "AVIF")[:4000], "truncated or damaged"),
        (bytes(26_000_000), "at most 25 MB"),
    ],
)
def test_what_cannot_be_opened_gets_a_sentence(data: bytes, says: str) -> None:
    with pytest.raises(ImageError, match=says):
        decode(data)


@pytest.mark.parametrize("size", [(9000, 9000), (50_000, 50_000)])
def test_too_many_pixels_are_refused_before_any_is_decoded(size: tuple[int, int]) -> None:
    header = bytearray(encode(Image.new("1", (64, 64)), "PNG"))
    header[16:24] = size[0].to_bytes(4, "big") + size[1].to_bytes(4, "big")
    crc = __import__("zlib").crc32(header[12:29])
    header[29:33] = crc.to_bytes(4, "big")
    with pytest.raises(ImageError, match="at most 40 megapixels"):
        decode(bytes(header))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "GIF", "TIFF"])
def test_every_truncation_of_a_picture_is_reported(kind: str) -> None:
    data = encode(noise(), kind)
    for length in range(0, len(data), 997):
        with pytest.raises(ImageError, match=r"^Expected"):
            decode(data[:length])


@pytest.mark.parametrize("trouble", [MemoryError(), OSError("out of memory when reading image file")])
def test_too_little_memory_is_told_as_that(trouble: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_data: bytes) -> None:
        raise trouble

    monkeypatch.setattr("core.images.decode.open_picture", fail)
    with pytest.raises(ImageError, match="needs more"):
        decode(b"any")


@pytest.mark.parametrize(
    ("options", "share"),
    [({}, 0.0), ({"progressive": True}, 1.5), ({"progressive": True, "subsampling": 0}, 3.0)],
)
def test_what_a_progressive_picture_needs_is_known(options: dict[str, Any], share: float) -> None:
    picture = Image.open(io.BytesIO(encode(RED, "JPEG", **options)))
    assert coefficient_count(picture) == share * 60 * 40


def test_errors_keep_their_text_apart_from_their_values() -> None:
    with pytest.raises(ImageError) as caught:
        decode(encode(Image.new("RGB", (8, 300)), "PNG"))
    assert caught.value.text == "Expected at least {least} pixels per side; this picture has {width} x {height}."
    assert caught.value.values == {"least": 16, "width": 8, "height": 300}


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="Linux tells how much memory was taken")
def test_memory_stays_near_that_of_the_pixels() -> None:
    """Pillow takes 4 bytes a pixel, the picture 3; 200 MB were taken on top once."""
    code = f"""
import io
import subprocess
import sys
from pathlib import Path
from PIL import Image, ImageOps
from core.images.decode import decode_picture

def megabytes(name):
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1000

stream = io.BytesIO()
Image.new("RGB", (4000, 3000), (90, 120, 30)).save(stream, "JPEG", exif=bytes.fromhex("{turned_exif().hex()}"))
data = stream.getvalue()
decode_picture(data, 25, 40)
Path("/proc/self/clear_refs").write_text("5")
before = megabytes("VmRSS")
decode_picture(data, 25, 40)
print(megabytes("VmHWM") - before)
"""
    completed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert float(completed.stdout) < 48 + 36 + 25


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "renamed.png"
    path.write_bytes(encode(RED, "JPEG"))
    assert read_picture(path, 25, 40).shape == (40, 60, 3)
    with pytest.raises(ImageError, match="cannot be read"):
        read_picture(tmp_path / "nothing.jpg", 25, 40)
    with pytest.raises(ImageError, match="folder"):
        read_picture(tmp_path, 25, 40)
    path.write_bytes(bytes(2_000_000))
    with pytest.raises(ImageError, match="at most 1 MB"):
        read_picture(path, 1, 40)
