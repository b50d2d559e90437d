"""Assembles pictures in strips of rows: rotates, flattens and converts them to RGB without a second full copy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import ExifTags
from PIL import Image as Pillow

from core.images.colour import SRGB, Convert, Description
from core.images.crop import Image

ROWS = 64
"""Rows per strip."""

ORIENTATIONS = {
    2: (False, False, True),
    3: (False, True, True),
    4: (False, True, False),
    5: (True, False, False),
    6: (True, True, False),
    7: (True, True, True),
    8: (True, False, True),
}
"""By EXIF orientation, how to turn stored rows upright: whether to swap the axes, then which of the two to reverse."""

WHITE = (255, 255, 255, 255)

DEPTHS = (8, 10, 12, 16, 32)
"""Possible bit depths of integers; the smallest that holds a picture's maximum is assumed."""


@dataclass(frozen=True, slots=True)
class Samples:
    """How to interpret the values of a grey picture of more than 8 bits.

    depths: possible bit depths, ascending. unsigned: whether 32-bit values are unsigned, which Pillow reads as signed.
    white_is_zero: whether the maximum is black.
    """

    depths: tuple[int, ...] = DEPTHS
    unsigned: bool = False
    white_is_zero: bool = False


ORDINARY = Samples()


def exif_orientation(exif: Pillow.Exif) -> int:
    """Return the EXIF orientation, 1 to 8; 1, upright, if it is missing or invalid."""
    value = exif.get(ExifTags.Base.Orientation)
    return value if value in ORIENTATIONS else 1


def assemble_upright(width: int, height: int, orientation: int, rows: Callable[[int, int], np.ndarray]) -> Image:
    """Assemble an upright picture from strips.

    Args:
        width, height: as stored, pixels.
        orientation: EXIF orientation.
        rows: returns the stored rows [start, stop) as RGB uint8 (rows, width, 3).

    Returns:
        RGB uint8, upright, shape (height, width, 3), or (width, height, 3) if the axes are swapped.
    """
    swapped, down, across = ORIENTATIONS.get(orientation, (False, False, False))
    image = np.empty((width, height, 3) if swapped else (height, width, 3), np.uint8)
    stored = image.swapaxes(0, 1) if swapped else image
    stored = stored[:: -1 if down else 1, :: -1 if across else 1]
    for top in range(0, height, ROWS):
        bottom = min(top + ROWS, height)
        stored[top:bottom] = rows(top, bottom)
    return image


def from_pillow(
    picture: Pillow.Image, orientation: int, description: Description = SRGB, samples: Samples = ORDINARY
) -> Image:
    """Convert a loaded picture of any Pillow mode; see `assemble_upright`.

    Args:
        picture: from Pillow.
        orientation: EXIF orientation.
        description: of its colours.
        samples: of a grey picture of more than 8 bits.
    """
    width, height = picture.size
    convert = description.to_srgb(picture.mode, width * height)

    def band(top: int, bottom: int) -> Pillow.Image:
        return picture.crop((0, top, width, bottom))

    if picture.mode[0] not in "IF":
        return assemble_upright(width, height, orientation, lambda top, bottom: as_rgb(band(top, bottom), convert))
    read = unsigned_values if samples.unsigned else finite_values
    peak = max(float(read(band(top, min(top + ROWS, height))).max()) for top in range(0, height, ROWS))
    scale = scale_of(peak, picture.mode, samples.depths)
    key = picture.info.get("transparency")

    def rows(top: int, bottom: int) -> np.ndarray:
        values = read(band(top, bottom))
        grey = as_grey(values * scale)
        grey = 255 - grey if samples.white_is_zero else grey
        pixels = convert(grey) if convert else grey
        return pixels if key is None else np.where((values == key)[..., np.newaxis], 255, pixels)

    return assemble_upright(width, height, orientation, rows)


def as_rgb(picture: Pillow.Image, convert: Convert | None = None) -> Image:
    """Convert a picture of up to 8 bits per channel to RGB uint8 (height, width, 3), on white.

    Args:
        picture: from Pillow.
        convert: conversion to sRGB, None if it is sRGB.
    """
    if picture.mode == "CMYK" and convert:
        return convert(np.asarray(picture))
    if not picture.has_transparency_data:
        pixels = np.asarray(picture if picture.mode == "RGB" else picture.convert("RGB"))
        return convert(pixels) if convert else pixels
    overlay = picture.convert("RGBA")
    if convert:
        pixels = np.array(overlay)
        pixels[..., :3] = convert(pixels[..., :3])
        overlay = Pillow.fromarray(pixels)
    return np.asarray(Pillow.alpha_composite(Pillow.new("RGBA", overlay.size, WHITE), overlay).convert("RGB"))


def finite_values(picture: Pillow.Image) -> np.ndarray:
    """Return the values of an integer or float picture, (height, width); non-finite values become 0."""
    return np.asarray(np.nan_to_num(np.asarray(picture), nan=0, posinf=0, neginf=0))


def unsigned_values(picture: Pillow.Image) -> np.ndarray:
    """Return the values of a picture of unsigned 32-bit integers, (height, width)."""
    return np.asarray(picture).view(np.uint32)


def scale_of(peak: float, mode: str, depths: tuple[int, ...] = DEPTHS) -> float:
    """Factor that scales values with maximum `peak` to 0 to 255: integers of one of the depths, or floats up to 1."""
    if mode == "F":
        return 255.0 if peak <= 1 else 255 / peak
    return 2.0 ** (8 - next((bits for bits in depths if peak < 2**bits), depths[-1]))


def as_grey(values: np.ndarray) -> Image:
    """Convert values of 0 to 255 to RGB uint8 (height, width, 3) with three equal channels; others are clipped."""
    grey = values.clip(0, 255).astype(np.uint8)
    return np.repeat(grey[..., np.newaxis], 3, axis=2)
