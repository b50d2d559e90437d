"""Files that Hypothesis makes: whatever is in one, it ends in a picture or in a sentence.

FAIREST_FUZZ=10000 python -m pytest tests/core/images/test_decode_fuzz.py  tries so many, others each time.
"""

from __future__ import annotations

import os
import re
import struct
import time
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from core.errors import ImageError
from core.images.decode import decode_picture
from tests import faces
from tests.core.images.encoding import encode

TRIES = int(os.environ.get("FAIREST_FUZZ", "0"))
FEW = 1500
MAX_MB, MAX_MEGAPIXELS = 25, 2
SLOW = 2.0
"""Seconds of processor time."""


def valid() -> list[bytes]:
    """Small pictures of every format, in many of its forms."""
    pixels = np.random.default_rng(1).integers(0, 255, (48, 64, 3), np.uint8)
    noise = Image.fromarray(pixels)
    smooth = noise.resize((96, 72), Image.Resampling.BICUBIC)
    clear = smooth.convert("RGBA")
    clear.putalpha(90)
    exif = Image.Exif()
    exif[0x0112] = 6
    deep = Image.fromarray(pixels[..., 0].astype(np.uint16) * 257)
    real = Image.fromarray(pixels[..., 0].astype(np.float32))
    forms: list[tuple[Image.Image, str, dict[str, Any]]] = [
        (smooth, "JPEG", {"exif": exif}),
        (smooth, "JPEG", {"progressive": True, "subsampling": 0}),
        (smooth.convert("CMYK"), "JPEG", {}),
        (smooth.convert("L"), "JPEG", {"restart_marker_rows": 1}),
        (smooth, "PNG", {"exif": exif}),
        (clear, "PNG", {}),
        (smooth.convert("P"), "PNG", {"transparency": 3}),
        (deep, "PNG", {}),
        (smooth, "PNG", {"save_all": True, "append_images": [noise]}),
        (smooth, "WEBP", {"exif": exif}),
        (clear, "WEBP", {"lossless": True}),
        (clear, "WEBP", {"save_all": True, "append_images": [clear]}),
        (smooth, "AVIF", {"exif": exif, "speed": 10}),
        (clear, "AVIF", {"save_all": True, "append_images": [clear], "speed": 10}),
        (smooth, "GIF", {"save_all": True, "append_images": [noise, smooth]}),
        (clear, "GIF", {}),
        *(
            (smooth, "TIFF", {"compression": compression})
            for compression in (None, "tiff_lzw", "tiff_adobe_deflate", "jpeg", "packbits")
        ),
        (smooth.convert("1"), "TIFF", {"compression": "group4"}),
        (smooth.convert("YCbCr"), "TIFF", {}),
        (smooth.convert("LAB"), "TIFF", {}),
        (deep, "TIFF", {"compression": "tiff_lzw", "exif": exif}),
        (real, "TIFF", {}),
        (clear, "TIFF", {"save_all": True, "append_images": [clear], "big_tiff": True}),
    ]
    return [
        (faces.DATA / "pictures" / "turned.heic").read_bytes(),
        *(encode(picture, kind, **options) for picture, kind, options in forms),
    ]


VALID = valid()
ODD_NUMBERS = [0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A valid file in which something was changed, cut out, doubled, swapped or cut off, mostly near its beginning."""
    data = bytearray(draw(st.sampled_from(VALID)))
    for _ in range(draw(st.integers(1, 4))):
        reach = len(data) if draw(st.booleans()) else min(len(data), 600)
        start = draw(st.integers(0, max(reach - 1, 0)))
        end = start + draw(st.integers(0, 64))
        damage = draw(st.sampled_from(["byte", "bit", "number", "cut", "double", "noise", "end", "other"]))
        if damage == "byte":
            data[start : start + 1] = bytes([draw(st.integers(0, 255))])
        elif damage == "bit" and data:
            data[start] ^= 1 << draw(st.integers(0, 7))
        elif damage == "number":
            form = draw(st.sampled_from(["<I", ">I", "<H", ">H"]))
            number = draw(st.sampled_from(ODD_NUMBERS)) & (0xFFFF if form[1] == "H" else 0xFFFFFFFF)
            packed = struct.pack(form, number)
            data[start : start + len(packed)] = packed
        elif damage == "cut":
            del data[start:end]
        elif damage == "double":
            data[start:start] = data[start:end] * draw(st.integers(1, 20))
        elif damage == "noise":
            data[start:end] = draw(st.binary(max_size=64))
        elif damage == "end":
            del data[start:]
        else:
            donor = draw(st.sampled_from(VALID))
            data[start:] = donor[start % len(donor) :]
    return bytes(data)


def png_chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


@st.composite
def structured(draw: st.DrawFn) -> bytes:
    """Files whose headers are well formed and say anything."""
    size = st.one_of(st.integers(0, 3000), st.sampled_from(ODD_NUMBERS))
    width, height = draw(size), draw(size)
    content = draw(st.binary(max_size=300))
    kind = draw(st.sampled_from(["PNG", "TIFF", "GIF", "WEBP", "JPEG", "BMFF"]))
    if kind == "PNG":
        header = struct.pack(">II", width, height) + bytes(
            draw(st.sampled_from([0, 1, 2, 3, 4, 6, 8, 16])) for _ in "12345"
        )
        names = draw(
            st.lists(st.sampled_from([b"iCCP", b"zTXt", b"tEXt", b"eXIf", b"acTL", b"fcTL", b"PLTE", b"tRNS"]))
        )
        extra = b"".join(png_chunk(name, draw(st.binary(max_size=40))) for name in names)
        body = png_chunk(b"IHDR", header) + extra + png_chunk(b"IDAT", zlib.compress(content)) + png_chunk(b"IEND", b"")
        return b"\x89PNG\r\n\x1a\n" + body
    if kind == "TIFF":
        tag = st.tuples(
            st.one_of(
                st.sampled_from([256, 257, 258, 259, 262, 273, 274, 277, 278, 279, 322, 323, 324]),
                st.integers(0, 65535),
            ),
            st.integers(0, 18),
            st.one_of(st.integers(0, 4), st.sampled_from(ODD_NUMBERS)),
            st.one_of(st.integers(0, 400), st.sampled_from(ODD_NUMBERS)),
        )
        tags = [(256, 4, 1, width), (257, 4, 1, height), *draw(st.lists(tag, max_size=12))]
        packed = b"".join(struct.pack("<HHII", *entry) for entry in sorted(tags))
        after = draw(st.sampled_from([0, 8, 0xFFFFFFFF]))
        return struct.pack("<2sHIH", b"II", 42, 8, len(tags)) + packed + struct.pack("<I", after) + content
    if kind == "GIF":
        frame = struct.pack("<BHHHHB", 0x2C, 0, 0, width & 0xFFFF, height & 0xFFFF, draw(st.integers(0, 255)))
        screen = struct.pack("<6sHHBBB", b"GIF89a", height & 0xFFFF, width & 0xFFFF, draw(st.integers(0, 255)), 0, 0)
        return screen + bytes(6) + frame + bytes([draw(st.integers(0, 12))]) + content
    if kind == "WEBP":
        flags = draw(st.integers(0, 255))
        canvas = struct.pack("<I", flags) + struct.pack("<I", width)[:3] + struct.pack("<I", height)[:3]
        name = draw(st.sampled_from([b"VP8 ", b"VP8L", b"ANIM", b"ANMF", b"EXIF", b"ALPH"]))
        chunks = b"VP8X" + struct.pack("<I", 10) + canvas + name + struct.pack("<I", len(content)) + content
        return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WEBP" + chunks
    if kind == "JPEG":
        frame = struct.pack(">BHHB", 8, height & 0xFFFF, width & 0xFFFF, 1) + b"\1\x11\0"
        marker = bytes([0xFF, draw(st.sampled_from([0xC0, 0xC1, 0xC2, 0xC3, 0xC9, 0xE1, 0xE2, 0xDB, 0xC4]))])
        return b"\xff\xd8" + marker + struct.pack(">H", len(frame) + 2) + frame + content + b"\xff\xd9"
    brand = draw(st.sampled_from([b"heic", b"avif", b"mif1", b"avis", b"hevc"]))
    boxes = draw(
        st.lists(st.sampled_from([b"meta", b"iloc", b"iinf", b"iprp", b"ipco", b"ispe", b"pitm", b"irot", b"mdat"]))
    )
    packed = b"".join(struct.pack(">I4s", 8 + len(content), name) + content for name in boxes)
    return struct.pack(">I4s4sI4s", 20, b"ftyp", brand, 0, brand) + packed


anything = st.one_of(damaged(), damaged(), structured(), st.binary(max_size=400))


@pytest.mark.long
@pytest.mark.timeout(3600)
@settings(
    max_examples=TRIES or FEW,
    derandomize=not TRIES,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
@given(anything)
def test_every_file_ends_in_a_picture_or_in_a_sentence(data: bytes) -> None:
    begin = time.process_time()
    image, message = outcome(data)
    assert time.process_time() - begin < SLOW
    if image is None:
        assert re.fullmatch(r"Expected [^/\n]+\.", message)
        return
    assert image.dtype == np.uint8
    assert image.ndim == 3
    assert image.shape[2] == 3
    assert min(image.shape[:2]) >= 16
    assert image.shape[0] * image.shape[1] <= MAX_MEGAPIXELS * 1_000_000


def outcome(data: bytes) -> tuple[np.ndarray | None, str]:
    """The picture, or the sentence."""
    try:
        return decode_picture(data, MAX_MB, MAX_MEGAPIXELS), ""
    except ImageError as error:
        return None, str(error)
