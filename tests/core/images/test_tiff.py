from __future__ import annotations

import itertools
import struct
import zlib

import numpy as np
import pytest

from core.errors import ImageError
from core.images.decode import decode_picture
from tests.core.images.tiffs import tiff

HEIGHT, WIDTH = 40, 52
ROWS, COLUMNS = np.mgrid[0:HEIGHT, 0:WIDTH] / np.array([HEIGHT - 1, WIDTH - 1]).reshape(2, 1, 1)
GREY = COLUMNS[..., np.newaxis]
COLOURS = np.stack([COLUMNS, ROWS, (ROWS + COLUMNS) / 2], axis=-1)
ONE = np.ones((HEIGHT, WIDTH, 1))
LUMA = COLOURS @ [0.299, 0.587, 0.114]
YCBCR = np.stack([LUMA, 0.502 + (COLOURS[..., 2] - LUMA) / 1.772, 0.502 + (COLOURS[..., 0] - LUMA) / 1.402], axis=-1)

LAYOUTS: dict[str, tuple[int, np.ndarray, np.ndarray, tuple[int, ...]]] = {
    "white is zero": (0, 1 - GREY, GREY, ()),
    "grey": (1, GREY, GREY, ()),
    "grey with alpha": (1, np.dstack([GREY, ONE]), GREY, (2,)),
    "grey with something": (1, np.dstack([GREY, ONE]), GREY, (0,)),
    "white is zero with alpha": (0, np.dstack([1 - GREY, ONE]), GREY, (2,)),
    "RGB": (2, COLOURS, COLOURS, ()),
    "RGBA": (2, np.dstack([COLOURS, ONE]), COLOURS, (2,)),
    "premultiplied": (2, np.dstack([COLOURS, ONE]), COLOURS, (1,)),
    "RGBX": (2, np.dstack([COLOURS, ONE]), COLOURS, (0,)),
    "CMYK": (5, np.dstack([1 - COLOURS, 0 * ONE]), COLOURS, ()),
    "YCbCr": (6, YCBCR.clip(0, 1), COLOURS, ()),
}
DEPTHS = [
    (1, 1),
    (2, 1),
    (4, 1),
    (8, 1),
    (8, 2),
    (12, 1),
    (16, 1),
    (16, 2),
    (16, 3),
    (32, 1),
    (32, 2),
    (32, 3),
    (64, 3),
]
WORK = {("white is zero", 16, 1), ("grey", 16, 1), ("grey", 32, 3), ("grey", 12, 1), ("RGB", 8, 1), ("RGB", 16, 1)}
"""Some that must open, little-endian, whatever else."""


def stored(values: np.ndarray, bits: int, form: int) -> np.ndarray:
    return values if form == 3 else np.round(values * (2 ** (bits - (form == 2)) - 1))


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize(("bits", "form"), DEPTHS)
def test_pixels_are_right_or_refused(name: str, bits: int, form: int) -> None:
    photometric, values, expected, extra = LAYOUTS[name]
    coarse = {1: 128, 2: 43, 4: 9}.get(bits, 3)
    for order, planar, deflate, backwards in itertools.product("<>", (False, True), (False, True), (False, True)):
        subsampling: dict[int, int | list[int]] = {530: [1, 1]} if photometric == 6 else {}
        data = tiff(
            stored(values, bits, form), photometric, bits, form, order, planar, extra, deflate, backwards, subsampling
        )
        pixels, message = outcome(data)
        if pixels is None:
            assert "unsupported kind: TIFF" in message
            assert (name, bits, form) not in WORK or order == ">" or backwards
        else:
            assert np.abs(pixels - expected * 255).max() <= coarse, (order, planar, deflate, backwards)


def outcome(data: bytes) -> tuple[np.ndarray | None, str]:
    """The pixels, or the sentence."""
    try:
        return decode_picture(data, 25, 40), ""
    except ImageError as error:
        return None, str(error)


def test_numbers_without_a_sign_keep_their_upper_half() -> None:
    values = np.array([0, 1 << 30, 1 << 31, 0xFFFFFFFF]).repeat(10).reshape(1, -1, 1).repeat(20, axis=0)
    assert decode_picture(tiff(values, 1, 32), 25, 40)[3, ::10, 0].tolist() == [0, 64, 128, 255]


@pytest.mark.parametrize("bits", [10, 12])
def test_white_is_zero_within_the_bits_that_are_used(bits: int) -> None:
    values = np.linspace(0, 2**bits - 1, 40).round().reshape(1, -1, 1).repeat(20, axis=0)
    row = decode_picture(tiff(values, 0, 16), 25, 40)[3, :, 0]
    assert row[0] == 255
    assert row[-1] == 0


def test_a_float_that_is_packed_or_in_another_order() -> None:
    for order, deflate in itertools.product("<>", (False, True)):
        image = decode_picture(tiff(GREY, 1, 32, 3, order, deflate=deflate), 25, 40)
        assert np.abs(image - GREY * 255).max() <= 1


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({259: 50001}, "TIFF compressed with WebP"),
        ({259: 34887}, "TIFF compressed with LERC"),
        ({259: 34712}, "TIFF compressed with JPEG 2000"),
        ({259: 4711}, "TIFF compressed with method 4711"),
        ({50706: 0x401}, "camera raw"),
        ({254: 1, 330: 8}, "camera raw"),
        ({262: 32803}, "camera raw"),
        ({262: 9}, "TIFF of 1 channel of 8 bits"),
    ],
)
def test_what_is_not_opened_is_reported_by_its_kind(more: dict[int, int | list[int]], says: str) -> None:
    with pytest.raises(ImageError, match=f"intact, but of an unsupported kind: {says}"):
        decode_picture(tiff(GREY * 255, 1, more=more), 25, 40)


def test_other_inks_are_refused() -> None:
    with pytest.raises(ImageError, match="inks other than"):
        decode_picture(tiff(LAYOUTS["CMYK"][1] * 255, 5, more={332: 2}), 25, 40)


BYTE, LONG, SIGNED_LONG8 = 1, 4, 17


def of_one_tile(side: int, tags: list[tuple[int, int, int]], order: str = "<", big: bool = False) -> bytes:
    """A grey picture with the given sides, of one empty Deflate tile. tags: further tags, their types and numbers."""
    tile = zlib.compress(bytes(1 << 20))
    given = [(256, LONG, side), (257, LONG, side), (258, LONG, 8), (259, LONG, 8), (262, LONG, 1), (277, LONG, 1)]
    given += [*tags, (324, LONG, 0), (325, LONG, len(tile))]
    offset = 24 + 20 * len(given) + 8 if big else 10 + 12 * len(given) + 4
    head = (
        struct.pack(order + "HHHQQ", 43, 8, 0, 16, len(given)) if big else struct.pack(order + "HIH", 42, 8, len(given))
    )
    kinds = {BYTE: "B", LONG: "I", SIGNED_LONG8: "q"}
    entries = b""
    for tag, kind, number in given:
        value = struct.pack(order + kinds[kind], offset if tag == 324 else number).ljust(8 if big else 4, b"\0")
        entries += struct.pack(order + ("HHQ" if big else "HHI"), tag, kind, 1) + value
    return (b"II" if order == "<" else b"MM") + head + entries + bytes(8 if big else 4) + tile


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize(("side", "tile"), [(64, 64), (64, 256), (1000, 1008), (64, 1024)])
def test_tiles_of_ordinary_sizes_open(side: int, tile: int, big: bool) -> None:
    tags = [(322, LONG, tile), (323, LONG, tile)]
    assert decode_picture(of_one_tile(side, tags, big=big), 25, 40).shape == (side, side, 3)


@pytest.mark.parametrize("order", "<>")
def test_tiles_far_larger_than_the_picture_are_not_unpacked(order: str) -> None:
    tags = [(322, LONG, 8192), (323, LONG, 8192)]
    with pytest.raises(ImageError, match="unsupported kind: TIFF with tiles of 8192 x 8192 pixels, far larger"):
        decode_picture(of_one_tile(64, tags, order), 25, 40)


@pytest.mark.parametrize(
    ("tags", "big"),
    [
        ([(322, LONG, 8192), (322, LONG, 64), (323, LONG, 8192), (323, LONG, 64)], False),
        ([(322, BYTE, 240), (323, LONG, 1 << 20)], False),
        ([(322, SIGNED_LONG8, 8192), (323, SIGNED_LONG8, 8192)], True),
        ([(322, LONG, 64)], False),
    ],
)
def test_tiles_whose_size_is_read_differently_are_damage(tags: list[tuple[int, int, int]], big: bool) -> None:
    with pytest.raises(ImageError, match="truncated or damaged") as caught:
        decode_picture(of_one_tile(64, tags, big=big), 25, 40)
    assert "one size of tiles" in str(caught.value.__cause__)


def test_a_big_endian_bigtiff_is_reported_by_its_kind() -> None:
    with pytest.raises(ImageError, match="unsupported kind: big-endian BigTIFF"):
        decode_picture(of_one_tile(64, [(322, LONG, 64), (323, LONG, 64)], ">", big=True), 25, 40)


def test_damage_is_told_as_damage() -> None:
    intact = tiff(GREY * 255, 1, deflate=True)
    for data in (intact[:100], intact[:-30], intact[:4] + b"\xff\xff\xff\x00" + intact[8:]):
        with pytest.raises(ImageError, match="truncated or damaged"):
            decode_picture(data, 25, 40)
