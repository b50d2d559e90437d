"""WebP: its header and its pixels.

Pillow sets aside memory for an animation, four times that of the pixels, when it only looks at a WebP; OpenCV decodes
straight into an array, but says nothing before it has. So the header is read here (RFC 9649).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image as Pillow

from core import bands
from core.crop import Image

# What OpenCV finds wrong with a file is told in our sentences, not on standard error.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


@dataclass(frozen=True, slots=True)
class WebP:
    """A WebP. width, height: of the canvas, pixels, as stored. turn: EXIF orientation."""

    data: bytes
    width: int
    height: int
    turn: int

    def load(self) -> Image:
        """Its pixels, or those of an animation's first frame, on white, upright: RGB uint8 (height, width, 3).

        Raises:
            ValueError: it is damaged.
        """
        pixels = cv2.imdecode(np.frombuffer(self.data, np.uint8), cv2.IMREAD_UNCHANGED)
        if pixels is None or pixels.shape[:2] != (self.height, self.width):
            raise ValueError("expected a whole WebP")

        def rows(top: int, bottom: int) -> np.ndarray:
            band = pixels[top:bottom]
            if band.shape[2] == 3:
                return band[..., ::-1]
            return bands.as_rgb(Pillow.fromarray(cv2.cvtColor(band, cv2.COLOR_BGRA2RGBA)))

        return bands.upright(self.width, self.height, self.turn, rows)


def is_webp(data: bytes) -> bool:
    """Whether a file is one, by its content."""
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def open_webp(data: bytes) -> WebP:
    """Read the header.

    Raises:
        ValueError: there is none, or it is damaged.
    """
    size: tuple[int, int] | None = None
    turn = 1
    for name, content in chunks(data):
        # A canvas comes first and is the size that counts.
        size = size or size_of(name, content)
        if name == b"EXIF":
            exif = Pillow.Exif()
            exif.load(content)
            turn = bands.orientation(exif)
    if size is None:
        raise ValueError("expected a WebP with pixels")
    return WebP(data, *size, turn)


def chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Names and contents; the last may be cut short."""
    at = 12
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        yield data[at : at + 4], data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def size_of(name: bytes, content: bytes) -> tuple[int, int] | None:
    """Width and height, pixels, that a chunk gives the picture; None where it gives none."""
    if name == b"VP8X" and len(content) >= 10:
        return 1 + int.from_bytes(content[4:7], "little"), 1 + int.from_bytes(content[7:10], "little")
    if name == b"VP8L" and len(content) >= 5 and content[0] == 0x2F:
        bits = int.from_bytes(content[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if name == b"VP8 " and len(content) >= 10 and content[3:6] == b"\x9d\x01\x2a":
        return int.from_bytes(content[6:8], "little") & 0x3FFF, int.from_bytes(content[8:10], "little") & 0x3FFF
    return None
