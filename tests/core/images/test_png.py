from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest

from core.images.decode import decode_picture
from core.images.png import SIGNATURE
from tests.core.images.test_damage import chunk

GREY, RGB = 0, 2
SIDE = 16


def keyed(colour_type: int, depth: int, values: list[int], key: list[int], description: bytes = b"") -> bytes:
    """A PNG whose rows are the given values, one per pixel and channel, with a transparent colour."""
    bits = "".join(f"{value:0{depth}b}" for value in values)
    row = b"\0" + int(bits, 2).to_bytes(len(bits) // 8, "big")
    width = len(values) // (3 if colour_type == RGB else 1)
    return b"".join(
        (
            SIGNATURE,
            chunk(b"IHDR", struct.pack(">IIBBBBB", width, SIDE, depth, colour_type, 0, 0, 0)),
            description,
            chunk(b"tRNS", struct.pack(f">{len(key)}H", *key)),
            chunk(b"IDAT", zlib.compress(row * SIDE)),
            chunk(b"IEND", b""),
        )
    )


def decode(data: bytes) -> np.ndarray:
    """The first row."""
    pixels: np.ndarray = decode_picture(data, 25, 40)[0]
    return pixels


@pytest.mark.parametrize("depth", [1, 2, 4, 8])
def test_only_the_transparent_grey_becomes_white(depth: int) -> None:
    largest = 2**depth - 1
    values = [value * largest // 15 for value in range(16)]
    for key in {*values}:
        # Bits beyond the depth say nothing.
        for written in (key, key | 0xFF00):
            row = decode(keyed(GREY, depth, values, [written]))
            assert row[:, 0].tolist() == [255 if value == key else value * 255 // largest for value in values]


@pytest.mark.parametrize("key", [0x0012, 0x1200, 0x1234])
@pytest.mark.parametrize("description", [b"", chunk(b"gAMA", struct.pack(">I", 100_000))], ids=["sRGB", "linear"])
def test_only_the_transparent_grey_of_sixteen_bits_becomes_white(key: int, description: bytes) -> None:
    values = [0, 0x0012, 0x1200, 0x1234, 0x1235, 0x3412, 0xFFFF, *range(0x4000, 0x4009)]
    opaque = decode(keyed(GREY, 16, values, [0x9999], description))
    row = decode(keyed(GREY, 16, values, [key], description))
    assert row.dtype == np.uint8
    assert (row == np.where(np.array(values)[:, np.newaxis] == key, 255, opaque)).all()
    assert opaque[0].tolist() == [0, 0, 0]


def test_only_the_transparent_colour_becomes_white() -> None:
    colours = [10, 20, 30, 10, 20, 31] * 8
    row = decode(keyed(RGB, 8, colours, [10, 20, 0xFF00 | 30]))
    assert row[:2].tolist() == [[255, 255, 255], [10, 20, 31]]


@pytest.mark.parametrize("key", [[0x0100, 0x0200, 0x0000], [0x0001, 0x0002, 0x0003], [0, 0, 0]])
def test_no_opaque_colour_of_sixteen_bits_becomes_white(key: list[int]) -> None:
    colours = [0x0000, 0x0000, 0x0000, 0x0101, 0x0202, 0x0303, 0x0001, 0x0002, 0x0004, 0x00FF, 0x00FF, 0x00FF] * 4
    row = decode(keyed(RGB, 16, colours, key))
    assert (row[:4] == [[0, 0, 0], [1, 2, 3], [0, 0, 0], [0, 0, 0]]).all()
