"""BMP: Windows bitmaps, as written by scanners and old cameras."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image as Pillow

from core.images import row_strips
from core.images.crop import Image

HEADERS = frozenset({12, 40, 52, 56, 64, 108, 124})
"""Sizes in bytes of the header after the 14 bytes of the file header; each identifies a version."""


@dataclass(frozen=True, slots=True)
class Bmp:
    """A BMP whose header was read; always upright, since BMP has no EXIF."""

    picture: Pillow.Image
    width: int
    height: int
    orientation: int = 1

    def load(self) -> Image:
        """Return its pixels on white: RGB uint8 (height, width, 3).

        Raises:
            OSError, ValueError: Pillow finds it damaged.
        """
        self.picture.load()
        # Many programs leave the fourth byte 0. Like browsers, ignore the byte if it would make every pixel
        # transparent.
        if self.picture.mode == "RGBA" and self.picture.getchannel("A").getextrema() == (0, 0):
            self.picture.putalpha(255)
        return row_strips.from_pillow(self.picture, 1)


def is_bmp(data: bytes) -> bool:
    """Whether a file is a BMP, by its content."""
    return data[:2] == b"BM" and int.from_bytes(data[14:18], "little") in HEADERS


def open_bmp(data: bytes) -> Bmp:
    """Read the header.

    Raises:
        OSError, SyntaxError: it is damaged, or of a kind that Pillow does not know.
    """
    picture = Pillow.open(io.BytesIO(data), formats=("BMP",))
    return Bmp(picture, *picture.size)
