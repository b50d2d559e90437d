"""TIFF: accepts the layouts that decode correctly and refuses all others, since wrong pixels would be worse."""

from __future__ import annotations

import ctypes
import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from PIL import TiffImagePlugin
from PIL.TiffImagePlugin import ImageFileDirectory_v2, TiffImageFile

from core.images.chatter import libtiff
from core.images.kinds import unsupported_error
from core.images.row_strips import DEPTHS, Samples

BIG_ENDIAN_BIGTIFF = b"MM\0+"
"""Pillow reads its header as that of an ordinary TIFF."""
BEGINNINGS = (b"II*\0", b"MM\0*", b"II+\0", BIG_ENDIAN_BIGTIFF)
SUBFILE, WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER = 254, 256, 257, 258, 259, 262, 266
STRIPS, SAMPLES, PLANAR, TILES, SUB_IFDS, INK_SET, EXTRA, FORMAT, DNG_VERSION = (
    273,
    277,
    284,
    324,
    330,
    332,
    338,
    339,
    50706,
)
TILE_SIDES = (322, 323)
LARGE_TILE = 1 << 22
"""Pixels of a tile that may be larger than the picture."""

WHITE_IS_ZERO, CMYK, YCBCR = 0, 5, 6
GREYS = (0, 1)
RAW = (32803, 34892)
"""Photometric interpretations of raw sensor data."""
UNSIGNED, SIGNED, REAL = 1, 2, 3
FORMATS = {SIGNED: "signed", REAL: "floating-point", 4: "undefined", 5: "complex", 6: "complex floating-point"}

DECODED = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 32771, 32773, 32809, 32946, 34676, 34677, 34925, 50000})
"""Compression schemes that Pillow knows; whether its libtiff knows them, too, depends on how it was built."""
PACKINGS = {
    9: "JBIG",
    10: "JBIG",
    22610: "JPEG XR",
    33003: "JPEG 2000",
    33005: "JPEG 2000",
    34661: "JBIG",
    34712: "JPEG 2000",
    34887: "LERC",
    34892: "lossy JPEG",
    34934: "JPEG XR",
    34925: "LZMA",
    50000: "Zstandard",
    50001: "WebP",
    50002: "JPEG XL",
    52546: "JPEG XL",
}

NATIVE = {"F;32BF": "F;32NF", "I;32BS": "I;32NS", "I;16BS": "I;16NS", "I;16S": "I;16NS"}
"""libtiff returns values in native byte order; Pillow assumes the file's for these raw modes."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A file's pixel layout. bits, formats: of each channel. extra: meaning of the channels beyond the colours.

    reversed: whether the bits within a byte are stored lowest first.
    """

    photometric: int
    samples: int
    bits: tuple[int, ...]
    formats: frozenset[int]
    compression: int
    planar: bool
    extra: tuple[int, ...]
    reversed: bool

    def kind(self) -> str:
        """Describe the layout, for the error message about an unsupported one."""
        form = " ".join(
            FORMATS.get(sample_format, "") for sample_format in sorted(self.formats) if sample_format != UNSIGNED
        )
        depth = "+".join(map(str, self.bits)) if len(set(self.bits)) > 1 else str(self.bits[0])
        planes = " in planes" if self.planar and self.samples > 1 else ""
        plural = "s" if self.samples > 1 else ""
        return f"TIFF of {self.samples} {form}{' ' if form else ''}channel{plural} of {depth} bits{planes}"

    def by_libtiff(self) -> bool:
        """Whether uncompressed data needs libtiff, since Pillow's own reader does not support this layout."""
        return self.compression == 1 and (self.planar or self.reversed or self.photometric == YCBCR)


def is_tiff(data: bytes) -> bool:
    """Whether a file is a TIFF, by its content."""
    return data.startswith(BEGINNINGS)


def is_bigtiff(data: bytes) -> bool:
    """Whether a TIFF has 64-bit offsets. Big-endian ones are not supported."""
    return data[2:4] == b"+\0"


def open_tiff(data: bytes) -> tuple[TiffImageFile, Samples]:
    """Read the header; return the picture, not yet loaded, and how to interpret its values.

    Raises:
        ImageError: it is of an unsupported kind. Exception: Pillow's, for a damaged file.
    """
    if data.startswith(BIG_ENDIAN_BIGTIFF):
        raise unsupported_error("big-endian BigTIFF")
    tags = directory(data)
    if data[8:10] == b"CR" or is_raw(tags):
        raise unsupported_error("camera raw (DNG, CR2, NEF, ARW or similar)")
    layout = layout_of(tags)
    check_decodable(layout, tags)
    check_tiles(data, tags)
    try:
        with reading_by(layout.by_libtiff()):
            picture = TiffImageFile(io.BytesIO(data))
    except (SyntaxError, OSError) as error:
        if locates_pixels(tags):
            raise unsupported_error(layout.kind()) from error
        raise
    picture.tile = [
        tile._replace(args=(NATIVE.get(tile.args[0], tile.args[0]), *tile.args[1:]))
        if tile.codec_name == "libtiff" and isinstance(tile.args, tuple)
        else tile
        for tile in picture.tile
    ]
    return picture, samples_of(layout)


def directory(data: bytes) -> ImageFileDirectory_v2:
    """Return the first page's tags.

    Raises:
        Exception: Pillow's, for a damaged file.
    """
    stream = io.BytesIO(data)
    tags = ImageFileDirectory_v2(stream.read(16 if is_bigtiff(data) else 8))
    stream.seek(tags.next)
    tags.load(stream)
    return tags


def is_raw(tags: ImageFileDirectory_v2) -> bool:
    """Whether it is a camera raw file, whose first page is a thumbnail."""
    thumbnail = bool(tag_value(tags, SUBFILE, 0) & 1) and SUB_IFDS in tags
    return DNG_VERSION in tags or thumbnail or tag_value(tags, PHOTOMETRIC, 0) in RAW


def tag_value(tags: ImageFileDirectory_v2, tag: int, default: int) -> int:
    """Return a tag's integer, or the first of several."""
    return next(iter(tag_values(tags, tag, (default,))), default)


def tag_values(tags: ImageFileDirectory_v2, tag: int, default: tuple[int, ...]) -> tuple[int, ...]:
    """Return a tag's integers."""
    value: Any = tags.get(tag, default)
    values = value if isinstance(value, tuple) else (value,)
    return tuple(item for item in values if isinstance(item, int))


def layout_of(tags: ImageFileDirectory_v2) -> Layout:
    """Return the layout that the tags describe."""
    compression = tag_value(tags, COMPRESSION, 1)
    # Old-style JPEG is YCbCr, whatever the tag says, and may omit the number of channels.
    photometric = YCBCR if compression == 6 else tag_value(tags, PHOTOMETRIC, WHITE_IS_ZERO)
    samples = tag_value(tags, SAMPLES, 3 if compression == 6 else 1)
    bits = tag_values(tags, BITS, (1,)) or (1,)
    return Layout(
        photometric,
        samples,
        bits * samples if len(bits) == 1 and 0 < samples < 10 else bits,
        frozenset(tag_values(tags, FORMAT, (UNSIGNED,))),
        compression,
        tag_value(tags, PLANAR, 1) == 2,
        tag_values(tags, EXTRA, ()),
        tag_value(tags, FILL_ORDER, 1) == 2,
    )


def check_decodable(layout: Layout, tags: ImageFileDirectory_v2) -> None:
    """Raise ImageError for a layout that Pillow does not decode, or decodes wrongly."""
    library = libtiff()
    lacking = library is not None and not library.TIFFIsCODECConfigured(ctypes.c_uint16(layout.compression))
    if layout.compression not in DECODED or lacking:
        method = PACKINGS.get(layout.compression, f"method {layout.compression}")
        raise unsupported_error(f"TIFF compressed with {method}")
    if layout.photometric == CMYK and tag_value(tags, INK_SET, 1) != 1:
        raise unsupported_error("TIFF with inks other than cyan, magenta, yellow and black")
    signed_bytes = SIGNED in layout.formats and min(layout.bits) <= 8
    alpha_in_a_plane = layout.photometric in GREYS and layout.planar and any(layout.extra)
    if signed_bytes or alpha_in_a_plane or len(layout.formats) > 1 or layout.samples > 6:
        raise unsupported_error(layout.kind())


def check_tiles(data: bytes, tags: ImageFileDirectory_v2) -> None:
    """Check the size of tiles, since libtiff unpacks a whole one however small the picture is.

    Raises:
        ImageError: tiles are far larger than the picture. ValueError: Pillow and libtiff would read different sizes.
    """
    listed = [number for number in listed_tags(data, tags) if number in TILE_SIDES]
    if not listed:
        return
    width, height = (tag_value(tags, tag, 0) for tag in TILE_SIDES)
    if len(listed) != len(TILE_SIDES) or min(width, height) <= 0:
        raise ValueError("expected one size of tiles, in whole numbers")
    # The sides of tiles are multiples of 16.
    picture = (tag_value(tags, WIDTH, 0) + 15) * (tag_value(tags, HEIGHT, 0) + 15)
    if width * height > max(picture, LARGE_TILE):
        raise unsupported_error(f"TIFF with tiles of {width} x {height} pixels, far larger than the picture")


def listed_tags(data: bytes, tags: ImageFileDirectory_v2) -> list[int]:
    """Return the first page's tags as listed: with those of a type that Pillow skips, and those given twice.

    Raises:
        struct.error: the file ends before the list.
    """
    order = "<" if tags.prefix == b"II" else ">"
    count_kind, size = ("Q", 20) if is_bigtiff(data) else ("H", 12)
    (count,) = struct.unpack_from(order + count_kind, data, tags.offset)
    begin = tags.offset + struct.calcsize(order + count_kind)
    end = min(begin + size * count, len(data) - 1)
    return [struct.unpack_from(order + "H", data, at)[0] for at in range(begin, end, size)]


def locates_pixels(tags: ImageFileDirectory_v2) -> bool:
    """Whether the tags locate pixel data: if so, it is the layout that is unsupported."""
    return min(tag_value(tags, WIDTH, 0), tag_value(tags, HEIGHT, 0)) > 0 and (STRIPS in tags or TILES in tags)


def samples_of(layout: Layout) -> Samples:
    """Return how to interpret the values of a grey picture of more than 8 bits."""
    bits = layout.bits[0]
    full_depth = bits - 1 if SIGNED in layout.formats else bits
    depths = (12,) if bits == 12 else (*(depth for depth in DEPTHS if depth < full_depth), full_depth)
    return Samples(depths, layout.formats == {UNSIGNED} and bits == 32, layout.photometric == WHITE_IS_ZERO)


@contextmanager
def reading_by(by_libtiff: bool) -> Iterator[None]:
    """While Pillow opens a file, set whether libtiff also reads uncompressed data."""
    previous = TiffImagePlugin.READ_LIBTIFF
    TiffImagePlugin.READ_LIBTIFF = by_libtiff or previous
    try:
        yield
    finally:
        TiffImagePlugin.READ_LIBTIFF = previous
