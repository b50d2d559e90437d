"""What is wrong with a part of a file that holds no pixels does no harm; what is wrong with pixels is told."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.errors import ImageError
from core.images.decode import decode_picture, read_size
from core.images.jpeg import Jpeg, end_of_scans
from tests.core.images import profiles
from tests.core.images.encoding import encode

RANDOM = np.random.default_rng(0)
SMOOTH = Image.fromarray(RANDOM.integers(0, 255, (20, 30, 3), np.uint8)).resize((320, 240), Image.Resampling.BICUBIC)


def decode(data: bytes) -> np.ndarray:
    return decode_picture(data, 25, 40)


JPEGS = {
    "baseline": encode(SMOOTH, "JPEG"),
    "progressive": encode(SMOOTH, "JPEG", progressive=True),
    "full colour": encode(SMOOTH, "JPEG", subsampling=0),
    "restarts": encode(SMOOTH, "JPEG", restart_marker_rows=1),
}
PNG = encode(SMOOTH, "PNG")
SAMSUNG = b"\0\0\x01\x0aImage_UTC_Data\xff\xc3\0\x10SEFT" + RANDOM.bytes(3000)
"""Like what some phones write in place of the end marker."""


@pytest.mark.parametrize("name", JPEGS)
@pytest.mark.parametrize("after", [b"", bytes(1000), SAMSUNG, SAMSUNG[:30] + JPEGS["baseline"], b"\xff"])
def test_a_jpeg_without_its_end_marker(name: str, after: bytes) -> None:
    assert (decode(JPEGS[name][:-2] + after) == decode(JPEGS[name])).all()


@pytest.mark.parametrize("name", JPEGS)
@pytest.mark.parametrize("missing", [6, 20, 200, 2000])
def test_a_jpeg_without_its_last_pixels(name: str, missing: int) -> None:
    with pytest.raises(ImageError, match="truncated or damaged"):
        decode(JPEGS[name][:-missing])


def test_a_progressive_jpeg_without_its_last_scans() -> None:
    data = JPEGS["progressive"]
    with pytest.raises(ImageError, match="truncated or damaged"):
        decode(data[: data.rindex(b"\xff\xda")])


def test_the_end_of_scans() -> None:
    data = JPEGS["progressive"]
    scans = data.index(b"\xff\xda")
    assert end_of_scans(data, scans + 12) == (len(data) - 2, True)
    assert end_of_scans(data[:-2] + b"\xff\xff", scans + 12) == (len(data) - 2, False)
    assert Jpeg().colour().icc is None


def segment(marker: int, content: bytes, size: int | None = None) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2 if size is None else size) + content


@pytest.mark.parametrize(
    "extra",
    [
        segment(0xE2, b"ICC_PROFILE\0\1\1" + bytes(100), 40),
        segment(0xE2, b"ICC_PROFILE\0\1\2" + profiles.DISPLAY_P3),
        segment(0xE2, b"ICC_PROFILE\0"),
        segment(0xE2, b"MPF\0II*\0" + bytes(range(60))),
        segment(0xE1, b"Exif\0\0" + bytes(range(60))),
        segment(0xE1, b""),
        segment(0xED, b"Photoshop 3.0\x008BIM\x03"),
        segment(0xEE, b"Adobe\0"),
        segment(0xE0, b"JFIF\0"),
        segment(0xFE, bytes(60_000)) * 20,
        b"\0\0junk",
        b"\xff\xff\xff",
    ],
)
def test_a_jpegs_segments_that_hold_no_pixels(extra: bytes) -> None:
    data = JPEGS["baseline"]
    assert (decode(data[:20] + extra + data[20:]) == decode(data)).all()


def test_a_profile_in_many_parts_that_are_out_of_order() -> None:
    parts = [profiles.DISPLAY_P3[start : start + 100] for start in range(0, len(profiles.DISPLAY_P3), 100)]
    packed = [segment(0xE2, b"ICC_PROFILE\0" + bytes([n + 1, len(parts)]) + part) for n, part in enumerate(parts)]
    data = JPEGS["baseline"]
    decoded = decode(data[:20] + b"".join(reversed(packed)) + data[20:])
    assert (decoded == decode(encode(SMOOTH, "JPEG", icc_profile=profiles.DISPLAY_P3))).all()
    assert (decoded != decode(data)).any()


@pytest.mark.parametrize(
    ("marker", "bits", "says"),
    [(0xC1, 12, "12-bit JPEG"), (0xC3, 8, "lossless JPEG"), (0xC5, 8, "hierarchical JPEG"), (0xF7, 8, "JPEG-LS")],
)
def test_kinds_of_jpeg(marker: int, bits: int, says: str) -> None:
    data = bytearray(JPEGS["baseline"])
    frame_header = data.index(b"\xff\xc0")
    data[frame_header + 1], data[frame_header + 4] = marker, bits
    with pytest.raises(ImageError, match=f"intact, but of an unsupported kind: {says}"):
        decode(bytes(data))


def chunk(name: bytes, content: bytes, crc: int | None = None) -> bytes:
    checksum = zlib.crc32(name + content) if crc is None else crc
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)


TEXT = b"Title\0hello world"


@pytest.mark.parametrize(
    "extra",
    [
        *(
            chunk(name, b"\0\0\0\0\0", 7)
            for name in (b"tEXt", b"eXIf", b"gAMA", b"pHYs", b"iCCP", b"acTL", b"aBCd", b"PLTE")
        ),
        *(
            chunk(name, b"")
            for name in (b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"sRGB", b"iCCP", b"hIST", b"tIME", b"tRNS")
        ),
        *(chunk(name, b"\0\0") for name in (b"gAMA", b"pHYs", b"cHRM", b"tRNS", b"acTL", b"fcTL", b"cICP")),
        chunk(b"zTXt", b"x\0\0" + zlib.compress(bytes(20_000_000))),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(bytes(20_000_000))),
        chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(1_500_000))),
        chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(20_000_000))),
        chunk(b"iCCP", b"x\0\0" + b"no zlib"),
        chunk(b"tEXt", b"Title\0" + bytes(3_000_000)),
        chunk(b"tEXt", b"Raw profile type exif\0\nexif\n 4\nzz"),
        struct.pack(">I", 3) + b"tEXt" + TEXT + b"abcd",
        struct.pack(">I", 300) + b"tEXt" + TEXT + b"abcd",
        struct.pack(">I", 0xFFFFFFF0) + b"tEXt" + TEXT + b"abcd",
    ],
)
def test_a_pngs_chunks_that_hold_no_pixels(extra: bytes) -> None:
    assert (decode(PNG[:33] + extra + PNG[33:]) == decode(PNG)).all()


@pytest.mark.parametrize("end", [b"", b"\0\0\0\0IENDxxxx", b"\0\0\0\2IENDxx1234", PNG[-12:] + b"junk"])
def test_a_pngs_end(end: bytes) -> None:
    assert (decode(PNG[:-12] + end) == decode(PNG)).all()


def test_a_png_whose_pixels_are_damaged() -> None:
    for data in (PNG[:-40], PNG[:33], PNG[:20] + b"\0\1" + PNG[22:]):
        with pytest.raises(ImageError, match="truncated or damaged"):
            decode(data)


def test_a_png_for_iphone_apps() -> None:
    with pytest.raises(ImageError, match=r"intact, but of an unsupported kind: PNG for iPhone apps \(CgBI\)"):
        decode(PNG[:8] + chunk(b"CgBI", b"\x50\0\x20\2") + PNG[8:])


@pytest.mark.parametrize("how", ["eXIf", "text", "xmp"])
def test_a_pngs_orientation(how: str, tmp_path: Any) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    extra = {
        "eXIf": chunk(b"eXIf", exif.tobytes()[6:]),
        "text": chunk(
            b"zTXt",
            b"Raw profile type exif\0\0"
            + zlib.compress(b"\nexif\n%8d\n%s\n" % (len(exif.tobytes()), exif.tobytes().hex().encode())),
        ),
        "xmp": chunk(b"iTXt", b'XML:com.adobe.xmp\0\0\0\0\0<x tiff:Orientation="6"/>'),
    }[how]
    data = PNG[:33] + extra + PNG[33:]
    assert decode(data).shape == (320, 240, 3)
    (tmp_path / "a.png").write_bytes(data)
    assert read_size(tmp_path / "a.png", 25, 40) == (240, 320)


def test_a_webp_of_a_wrong_size_and_with_broken_extras() -> None:
    plain = encode(SMOOTH, "WEBP")
    extended = encode(SMOOTH, "WEBP", exif=b"Exif\0\0II*\0\x08\0\0\0\0\0", icc_profile=bytes(200))
    offset = extended.index(b"EXIF") + 4
    for data in (
        plain[:4] + bytes(4) + plain[8:],
        plain[:4] + b"\xff\xff\xff\x0f" + plain[8:],
        plain + b"junkjunkjunk",
        extended[:offset] + b"\xff\xff\0\0" + extended[offset + 4 :],
        extended[:-5],
    ):
        assert (decode(data) == decode(plain)).all()


def test_a_gif_without_its_end() -> None:
    gif = encode(SMOOTH, "GIF")
    assert (decode(gif[:-1]) == decode(gif)).all()
