"""Pictures put together a band of rows at a time: turned, flattened and made RGB without a second whole copy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import ExifTags
from PIL import Image as Pillow

from core.crop import Image

ROWS = 64
"""Rows of a band."""

TURNS = {
    2: (False, False, True),
    3: (False, True, True),
    4: (False, True, False),
    5: (True, False, False),
    6: (True, True, False),
    7: (True, True, True),
    8: (True, False, True),
}
"""By EXIF orientation, what makes rows as they were stored of an upright picture: whether its axes are swapped, and
then which of the two are reversed."""

WHITE = (255, 255, 255, 255)


def orientation(exif: Pillow.Exif) -> int:
    """The EXIF orientation, 1 to 8; 1, upright, where there is none that makes sense."""
    value = exif.get(ExifTags.Base.Orientation)
    return value if value in TURNS else 1


def upright(width: int, height: int, turn: int, rows: Callable[[int, int], np.ndarray]) -> Image:
    """Put a picture together.

    Args:
        width, height: as stored, pixels.
        turn: its EXIF orientation.
        rows: the rows from one to before another, as stored, RGB uint8 (rows, width, 3).

    Returns:
        RGB uint8, upright, shape (height, width, 3), or (width, height, 3) where it lay on its side.
    """
    swapped, down, across = TURNS.get(turn, (False, False, False))
    image = np.empty((width, height, 3) if swapped else (height, width, 3), np.uint8)
    stored = image.swapaxes(0, 1) if swapped else image
    stored = stored[:: -1 if down else 1, :: -1 if across else 1]
    for top in range(0, height, ROWS):
        bottom = min(top + ROWS, height)
        stored[top:bottom] = rows(top, bottom)
    return image


def from_pillow(picture: Pillow.Image, turn: int) -> Image:
    """A picture of any of Pillow's modes; see `upright`. It must be loaded."""
    width, height = picture.size

    def band(top: int, bottom: int) -> Pillow.Image:
        return picture.crop((0, top, width, bottom))

    if picture.mode[0] not in "IF":
        return upright(width, height, turn, lambda top, bottom: as_rgb(band(top, bottom)))
    peak = max(float(numbers(band(top, min(top + ROWS, height))).max()) for top in range(0, height, ROWS))
    scale = scale_of(peak, picture.mode)
    return upright(width, height, turn, lambda top, bottom: as_grey(numbers(band(top, bottom)) * scale))


def as_rgb(picture: Pillow.Image) -> Image:
    """A picture of up to 8 bits a channel on white, RGB uint8 (height, width, 3)."""
    if picture.has_transparency_data:
        over = picture.convert("RGBA")
        picture = Pillow.alpha_composite(Pillow.new("RGBA", over.size, WHITE), over)
    return np.asarray(picture if picture.mode == "RGB" else picture.convert("RGB"))


def numbers(picture: Pillow.Image) -> np.ndarray:
    """A picture of whole or real numbers as they are, (height, width); what is not finite counts as 0."""
    return np.asarray(np.nan_to_num(np.asarray(picture), nan=0, posinf=0, neginf=0))


def scale_of(peak: float, mode: str) -> float:
    """What makes 0 to 255 of values whose largest is `peak`: whole numbers of 8, 16 or 32 bits, or reals up to 1."""
    if mode == "F":
        return 255.0 if peak <= 1 else 255 / peak
    return 1.0 if peak <= 255 else 2.0**-8 if peak <= 65535 else 2.0**-24


def as_grey(values: np.ndarray) -> Image:
    """Values of 0 to 255 as RGB uint8 (height, width, 3) with three equal channels; those beyond are cut off."""
    grey = values.clip(0, 255).astype(np.uint8)
    return np.repeat(grey[..., np.newaxis], 3, axis=2)
