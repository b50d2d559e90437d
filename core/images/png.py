"""PNG (third edition): extracts the chunks needed for decoding, and the colour description.

Chunks without pixels are parsed here and never make a picture unreadable: Pillow receives only the others.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from PIL import Image as Pillow
from PIL import PngImagePlugin

from core.images.colour import MAX_PROFILE, Description
from core.images.kinds import unsupported_error
from core.images.pieces import keep, open_pieces

SIGNATURE = b"\x89PNG\r\n\x1a\n"
END = b"\0\0\0\0IEND\xaeB`\x82"
CRITICAL = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND"})
OLD_EXIF = b"Raw profile type exif"
"""Key of the text in which programs stored EXIF before there was a chunk for it."""
XMP = b"XML:com.adobe.xmp"
MAX_TEXT = 200_000
"""Maximum size in bytes of a decompressed text that is parsed."""
TRIES = 16
"""How often to search for the next chunk after one with a wrong size."""


class Chunk(NamedTuple):
    """at, end: start of its size field and end of its checksum. whole: whether the checksum is right."""

    name: bytes
    at: int
    end: int
    whole: bool


@dataclass(slots=True)
class Png:
    """A parsed PNG. pieces: passed to Pillow. exif, xmp: may give its orientation. key: the colour that is transparent.

    The rest describes its colours.
    """

    pieces: list[bytes | memoryview] = field(default_factory=list)
    icc: bytes | None = None
    codes: tuple[int, int] | None = None
    srgb: bool = False
    gamma: float | None = None
    chromaticities: tuple[float, ...] | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    key: int | tuple[int, ...] | None = None

    def colour(self) -> Description:
        """Return the best colour description in the file."""
        if self.codes:
            return Description(codes=self.codes)
        if self.srgb:
            return Description(self.icc)
        return Description(self.icc, None, self.gamma, self.chromaticities)


def is_png(data: bytes) -> bool:
    """Whether a file is a PNG, by its content."""
    return data.startswith(SIGNATURE)


def open_png(data: bytes) -> tuple[Pillow.Image, Description]:
    """Read the header; return the picture, not yet loaded, and its colour description.

    Raises:
        ImageError: it is of an unsupported kind. Exception: Pillow's, for a damaged file.
    """
    png = read_png(data)
    picture = PngImagePlugin.PngImageFile(open_pieces(png.pieces))
    picture.info |= {"exif": png.exif} if png.exif else {}
    picture.info |= {"XML:com.adobe.xmp": png.xmp.decode("utf-8", "replace")} if png.xmp else {}
    picture.info |= {"transparency": png.key} if png.key is not None else {}
    return picture, png.colour()


def read_png(data: bytes) -> Png:
    """Parse a file's chunks.

    Raises:
        ImageError: it is of an unsupported kind. ValueError: chunks with and without pixels alternate endlessly.
    """
    view = memoryview(data)
    png = Png()
    kept = [(0, len(SIGNATURE))]
    count = 0
    depth, colour_type = data[24:26] if len(data) > 25 else (0, 0)
    ended = False
    for name, start, end, intact in chunks(data):
        if name == b"CgBI":
            raise unsupported_error("PNG for iPhone apps (CgBI)")
        content = view[start + 8 : end - 4] if intact else view[start + 8 : end]
        palette = name == b"PLTE" and (intact or colour_type == 3)
        usable_alpha = name == b"tRNS" and intact and transparency_fits(colour_type, content)
        if usable_alpha and colour_type != 3:
            png.key = key_of(bytes(content), depth)
        elif name in (b"IHDR", b"IDAT") or palette or usable_alpha:
            keep(kept, start, end)
            count += 1
        elif name == b"IEND":
            ended = True
            break
        elif intact:
            _take(png, name, bytes(content))
    png.pieces += [view[start:end] for start, end in kept]
    # If the file is truncated within its pixels, they are still incomplete and Pillow reports that.
    if ended or count > 1:
        png.pieces.append(END)
    return png


def chunks(data: bytes) -> Iterator[Chunk]:
    """Yield all chunks. After a chunk without pixels that has a wrong size, continue at the next valid chunk."""
    start, tries = len(SIGNATURE), TRIES
    while start + 8 <= len(data):
        size, name = struct.unpack_from(">I4s", data, start)
        end = start + 12 + size
        intact = end <= len(data) and zlib.crc32(data[start + 4 : end - 4]) == int.from_bytes(
            data[end - 4 : end], "big"
        )
        if intact or name in CRITICAL:
            yield Chunk(name, start, min(end, len(data)), intact)
        elif not _begins_chunk(data, end):
            next_start = _next_whole(data, start + 8)
            tries -= 1
            if next_start is None or not tries:
                return
            end = next_start
        start = end


def _begins_chunk(data: bytes, start: int) -> bool:
    name = data[start + 4 : start + 8]
    return len(name) == 4 and name.isalpha() and name.isascii()


def _next_whole(data: bytes, start: int) -> int | None:
    """Return the start of the next chunk needed for decoding if its checksum is right, else None."""
    for name in (b"PLTE", b"IDAT", b"IEND"):
        name_start = data.find(name, start + 4)
        if name_start < 0:
            continue
        end = name_start + 4 + int.from_bytes(data[name_start - 4 : name_start], "big")
        if zlib.crc32(data[name_start:end]).to_bytes(4, "big") == data[end : end + 4]:
            return name_start - 4
    return None


def transparency_fits(colour_type: int, content: memoryview) -> bool:
    """Whether a transparency chunk has the length required by the colour type."""
    return len(content) == {0: 2, 2: 6}.get(colour_type, -1) or (colour_type == 3 and 0 < len(content) <= 256)


def key_of(content: bytes, depth: int) -> int | tuple[int, ...] | None:
    """Return the transparent colour in the values that Pillow gives a picture of this depth: 8 bits, or grey of 16.

    None for colours of 16 bits, of which Pillow keeps 8: opaque ones that are similar would become transparent, too.
    """
    values = struct.unpack(f">{len(content) // 2}H", content)
    if depth == 16:
        return values[0] if len(values) == 1 else None
    largest = 2**depth - 1
    values = tuple((value & largest) * (255 // largest) for value in values)
    return values if len(values) == 3 else values[0]


def _take(png: Png, name: bytes, content: bytes) -> None:
    """Store what a chunk says about the pixels, if its length is right."""
    if name == b"iCCP" and png.icc is None:
        png.icc = decompress(content.partition(b"\0")[2][1:], MAX_PROFILE)
    elif name == b"cICP" and len(content) == 4 and content[2] == 0:
        png.codes = content[0], content[1]
    elif name == b"sRGB":
        png.srgb = True
    elif name == b"gAMA" and len(content) == 4:
        value = int.from_bytes(content, "big") / 100_000
        png.gamma = 1 / value if 0.2 <= value <= 2 else None
    elif name == b"cHRM" and len(content) == 32:
        png.chromaticities = tuple(coordinate / 100_000 for coordinate in struct.unpack(">8I", content))
    elif name == b"eXIf":
        png.exif = b"Exif\0\0" + content
    elif name in (b"tEXt", b"zTXt", b"iTXt"):
        _take_text(png, name, content)


def _take_text(png: Png, name: bytes, content: bytes) -> None:
    """Store EXIF and XMP from text chunks."""
    key, _, text = content.partition(b"\0")
    if key not in (OLD_EXIF, XMP):
        return
    if name == b"zTXt":
        text = decompress(text[1:], MAX_TEXT) or b""
    elif name == b"iTXt":
        packed, text = text[:1] == b"\1", text[2:].partition(b"\0")[2].partition(b"\0")[2]
        text = (decompress(text, MAX_TEXT) or b"") if packed else text
    if key == XMP:
        png.xmp = text[:MAX_TEXT]
    elif png.exif is None:
        # One line each for a name and a size, then hexadecimal digits.
        digits = b"".join(text[:MAX_TEXT].split()[2:])
        try:
            png.exif = bytes.fromhex(digits.decode("ascii"))
        except ValueError:
            return


def decompress(content: bytes, max_length: int) -> bytes | None:
    """Decompress with zlib; None if the data is damaged or larger than `max_length`."""
    decompressor = zlib.decompressobj()
    try:
        decompressed = decompressor.decompress(content, max_length)
    except zlib.error:
        return None
    return decompressed if decompressor.eof else None
