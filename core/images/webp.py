"""WebP: reads its header and decodes its pixels.

Pillow allocates memory for an animation, four times that of the pixels, just to open a WebP; OpenCV decodes straight
into an array, but only reports the size afterwards. So the header is parsed here (RFC 9649). Chunks without pixels
never make a picture unreadable: OpenCV receives only the others.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image as Pillow

from core.images import row_strips
from core.images.colour import SRGB, Description
from core.images.crop import Image

PIXELS = (b"ALPH", b"VP8 ", b"VP8L", b"ANIM")
"""Chunks that hold pixels."""
FRAME = b"ANMF"
METADATA_FLAGS = 0x20 | 0x08 | 0x04
"""Flags of VP8X: profile, EXIF, XMP."""


@dataclass(frozen=True, slots=True)
class WebP:
    """A WebP. width, height: of the canvas, pixels, as stored. orientation: from EXIF. colour: its description."""

    data: bytes
    width: int
    height: int
    orientation: int
    colour: Description = SRGB

    def load(self) -> Image:
        """Return its pixels, of the first frame if animated, on white, upright: RGB uint8 (height, width, 3).

        Raises:
            ValueError: it is damaged.
        """
        pixels = cv2.imdecode(np.frombuffer(self.data, np.uint8), cv2.IMREAD_UNCHANGED)
        if pixels is None or pixels.shape[:2] != (self.height, self.width):
            raise ValueError("expected a whole WebP")
        convert = self.colour.to_srgb("RGB", self.width * self.height)

        def rows(top: int, bottom: int) -> np.ndarray:
            band = pixels[top:bottom]
            if band.shape[2] == 3:
                return convert(band[..., ::-1]) if convert else band[..., ::-1]
            return row_strips.as_rgb(Pillow.fromarray(cv2.cvtColor(band, cv2.COLOR_BGRA2RGBA)), convert)

        return row_strips.assemble_upright(self.width, self.height, self.orientation, rows)


def is_webp(data: bytes) -> bool:
    """Whether a file is a WebP, by its content."""
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def open_webp(data: bytes) -> WebP:
    """Read the header.

    Raises:
        ValueError: there is none, or it is damaged.
    """
    size: tuple[int, int] | None = None
    orientation = 1
    icc: bytes | None = None
    kept: list[bytes] = []
    names: set[bytes] = set()
    for name, content in chunks(data):
        # The canvas, which comes first, determines the size.
        size = size or size_of(name, content)
        if name == b"EXIF":
            orientation = read_orientation(content)
        elif name == b"ICCP":
            icc = icc or content
        elif name == b"VP8X" and not kept:
            kept.append(pack_chunk(name, bytes([content[0] & ~METADATA_FLAGS]) + content[1:] if content else content))
        elif name in PIXELS or (name == FRAME and name not in names):
            kept.append(pack_chunk(name, content))
        names.add(name)
    if size is None:
        raise ValueError("expected a WebP with pixels")
    body = b"WEBP" + b"".join(kept)
    return WebP(pack_chunk(b"RIFF", body), *size, orientation, Description(icc))


def read_orientation(exif: bytes) -> int:
    """Return the EXIF orientation; 1, upright, if it cannot be read."""
    exif_tags = Pillow.Exif()
    with contextlib.suppress(Exception):
        exif_tags.load(exif)
        return row_strips.exif_orientation(exif_tags)
    return 1


def pack_chunk(name: bytes, content: bytes) -> bytes:
    """Return a chunk with the given name and content."""
    return name + len(content).to_bytes(4, "little") + content + bytes(len(content) % 2)


def chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the chunks' names and contents; the last may be truncated."""
    offset = 12
    while offset + 8 <= len(data):
        size = int.from_bytes(data[offset + 4 : offset + 8], "little")
        yield data[offset : offset + 4], data[offset + 8 : offset + 8 + size]
        offset += 8 + size + size % 2


def size_of(name: bytes, content: bytes) -> tuple[int, int] | None:
    """Return width and height, in pixels, from a chunk that gives the picture's size, else None."""
    if name == b"VP8X" and len(content) >= 10:
        return 1 + int.from_bytes(content[4:7], "little"), 1 + int.from_bytes(content[7:10], "little")
    if name == b"VP8L" and len(content) >= 5 and content[0] == 0x2F:
        bits = int.from_bytes(content[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if name == b"VP8 " and len(content) >= 10 and content[3:6] == b"\x9d\x01\x2a":
        return int.from_bytes(content[6:8], "little") & 0x3FFF, int.from_bytes(content[8:10], "little") & 0x3FFF
    return None
