"""BMP: Windows's bitmaps, as scanners and old cameras write them."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image as Pillow

from core.images import row_strips
from core.images.crop import Image

HEADERS = frozenset({12, 40, 52, 56, 64, 108, 124})
"""Bytes of the header after the file's own 14, which say its version."""


@dataclass(frozen=True, slots=True)
class Bmp:
    """A BMP whose header was read; upright, as there is no EXIF in it."""

    picture: Pillow.Image
    width: int
    height: int
    orientation: int = 1

    def load(self) -> Image:
        """Its pixels on white: RGB uint8 (height, width, 3).

        Raises:
            OSError, ValueError: it is damaged, as Pillow finds.
        """
        self.picture.load()
        # Many programs leave the fourth byte 0. As browsers do: if no pixel is to be seen, the byte means nothing.
        if self.picture.mode == "RGBA" and self.picture.getchannel("A").getextrema() == (0, 0):
            self.picture.putalpha(255)
        return row_strips.from_pillow(self.picture, 1)


def is_bmp(data: bytes) -> bool:
    """Whether a file is one, by its content."""
    return data[:2] == b"BM" and int.from_bytes(data[14:18], "little") in HEADERS


def open_bmp(data: bytes) -> Bmp:
    """Read the header.

    Raises:
        OSError, SyntaxError: it is damaged, or of a kind that Pillow does not know.
    """
    picture = Pillow.open(io.BytesIO(data), formats=("BMP",))
    return Bmp(picture, *picture.size)
