"""Converts pixels to sRGB according to the colour description in their file.

Profiles are untrusted input: like browsers, ignore one that cannot be read, does not match the pixel format, or would
destroy the picture. LittleCMS only ever transforms a few thousand colours, never a large picture.
"""

from __future__ import annotations

import functools
import io
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from PIL import Image as Pillow
from PIL import ImageCms, ImageFilter

from core.images import cicp, icc

Convert: TypeAlias = Callable[[np.ndarray], np.ndarray]
"""Converts stored pixels to sRGB, uint8 (rows, width, 3): from RGB uint8 (rows, width, 3), or CMYK uint8 (rows, width,
4) with 255 for full ink."""

MAX_PROFILE = 8_000_000
"""Maximum size in bytes; larger profiles are ignored. The largest ones of printing presses have four million."""
FEW_PIXELS = 3_000_000
"""Largest CMYK picture, in pixels, that LittleCMS converts itself: it takes 0.15 s per million."""
SAME = 2
"""Difference from sRGB, out of 255, that is invisible; a profile within it is ignored."""
MIN_RANGE = 64
"""Minimum difference in lightness between white and black, out of 255."""

XYZ_TO_LINEAR = np.linalg.inv(cicp.to_xyz(cicp.PRIMARIES[1]))
GREYS = frozenset("1LIF")
"""First letters of Pillow's single-channel modes; LAB also begins with one of them."""


def _encoded() -> np.ndarray:
    """Return the table from 16-bit linear light to sRGB values, uint8, shape (65536,)."""
    light = np.arange(65_536) / 65_535
    value = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.round(value * 255).astype(np.uint8)


ENCODED = _encoded()


@dataclass(frozen=True, slots=True)
class Description:
    """A file's description of its colours; the first usable field applies.

    icc: a profile. codes: colour primaries and transfer function of ITU-T H.273. gamma: the exponent. chromaticities:
    x and y of white, red, green and blue, for `gamma`.
    """

    icc: bytes | None = None
    codes: tuple[int, int] | None = None
    gamma: float | None = None
    chromaticities: tuple[float, ...] | None = None

    def to_srgb(self, mode: str, pixels: int) -> Convert | None:
        """Return the conversion to sRGB for a Pillow mode and number of pixels; None if there is nothing to convert."""
        conversion = of_profile(self.icc, mode, pixels > FEW_PIXELS) if self.icc else None
        if conversion:
            return conversion.convert
        if mode in ("CMYK", "LAB"):
            return None
        try:
            if self.codes:
                return checked_conversion(_by_matrix(cicp.of_codes(*self.codes)))
            if self.gamma:
                return checked_conversion(_by_matrix(cicp.of_gamma(self.gamma, self.chromaticities)))
        except ValueError:
            pass
        return None


SRGB = Description()


@dataclass(frozen=True, slots=True)
class Conversion:
    """convert: the conversion of a profile's pixels to sRGB; None if there is nothing to convert."""

    convert: Convert | None


@functools.lru_cache(maxsize=4)
def of_profile(profile: bytes, mode: str, large: bool = False) -> Conversion | None:
    """Return the conversion of an ICC profile to sRGB for pixels of one of Pillow's modes.

    Args:
        profile: the ICC profile, untrusted.
        mode: Pillow's mode of the picture.
        large: whether to prefer speed over full accuracy; for CMYK only.

    Returns:
        None if the profile is damaged or does not apply to such pixels.
    """
    space = icc.space_of(profile) if len(profile) <= MAX_PROFILE else b""
    grey = mode[0] in GREYS and mode != "LAB"
    try:
        if space == b"RGB " and mode not in ("CMYK", "LAB"):
            matrix = icc.matrix_of(profile)
            return Conversion(checked_conversion(_by_matrix(matrix) if matrix else _by_grid(profile)))
        if space == b"GRAY" and grey:
            return Conversion(checked_conversion(_by_ramp(profile), grey=True))
        if space == b"CMYK" and mode == "CMYK":
            return Conversion(usable_inks(_by_table(profile) if large else _by_lcms(profile)))
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError, KeyError, IndexError, struct.error):
        pass
    return None


def checked_conversion(convert: Convert, grey: bool = False) -> Convert | None:
    """Return the conversion, or None if it changes nothing visible.

    Raises:
        ValueError: it would destroy the picture.
    """
    steps = np.arange(0, 256, 15, dtype=np.uint8)
    colours = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(1, -1, 3)
    if grey:
        colours = np.repeat(np.arange(256, dtype=np.uint8).reshape(1, -1, 1), 3, axis=2)
    converted = convert(colours).astype(int)
    if converted[0, -1].mean() - converted[0, 0].mean() < MIN_RANGE:
        raise ValueError("expected white to be lighter than black")
    return None if np.abs(converted - colours).max() <= SAME else convert


def usable_inks(convert: Convert) -> Convert:
    """Return the conversion unchanged.

    Raises:
        ValueError: it would destroy the picture.
    """
    paper, black = convert(np.array([[[0, 0, 0, 0], [0, 0, 0, 255]]], np.uint8))[0].astype(int)
    if paper.mean() - black.mean() < MIN_RANGE:
        raise ValueError("expected paper to be lighter than ink")
    return convert


def _by_matrix(space: icc.Matrix) -> Convert:
    matrix = (XYZ_TO_LINEAR @ space.to_xyz).astype(np.float32)
    if not np.isfinite(matrix).all() or abs(np.linalg.det(matrix)) < 0.001:
        raise ValueError("expected three primaries that differ")
    linear = np.round(space.linear * 65_535).astype(np.uint16).reshape(1, 256, 3)

    def convert(pixels: np.ndarray) -> np.ndarray:
        light = cv2.transform(cv2.LUT(np.ascontiguousarray(pixels), linear), matrix)
        return np.asarray(cv2.LUT(light, ENCODED))

    return convert


def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform:
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    return ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")


def _applied(transform: ImageCms.ImageCmsTransform, pixels: np.ndarray, mode: str) -> np.ndarray:
    height, width = pixels.shape[:2]
    picture = Pillow.frombytes(mode, (width, height), np.ascontiguousarray(pixels).tobytes())
    return np.asarray(transform.apply(picture))


def _by_ramp(profile: bytes) -> Convert:
    """Convert grey with a single lookup table."""
    ramp = _applied(_transform(profile, "L"), np.arange(256, dtype=np.uint8).reshape(1, 256), "L")
    return lambda pixels: np.asarray(cv2.LUT(np.ascontiguousarray(pixels), ramp))


def _by_grid(profile: bytes) -> Convert:
    """Convert RGB with a table of 52 steps per channel, five apart, computed by LittleCMS, and linear interpolation."""
    steps = np.arange(0, 256, 5, dtype=np.uint8)
    blue, green, red = np.meshgrid(steps, steps, steps, indexing="ij")
    colours = np.stack([red, green, blue], axis=-1).reshape(len(steps), -1, 3)
    table = _applied(_transform(profile, "RGB"), colours, "RGB").astype(np.float32) / 255
    cube = ImageFilter.Color3DLUT(len(steps), table.ravel())
    return lambda pixels: np.asarray(Pillow.fromarray(np.ascontiguousarray(pixels)).filter(cube))


def _by_lcms(profile: bytes) -> Convert:
    """Convert CMYK exactly."""
    transform = _transform(profile, "CMYK")
    return lambda pixels: _applied(transform, pixels, "CMYK")


def _by_table(profile: bytes) -> Convert:
    """Convert CMYK six times as fast, with 32 steps per ink and ordered dithering between them."""
    inks = np.arange(32**4, dtype=np.uint32)
    stored = np.stack([(inks >> shift & 31) * 255 // 31 for shift in (0, 5, 10, 15)], axis=-1).astype(np.uint8)
    colours = _applied(_transform(profile, "CMYK"), stored.reshape(32**2, -1, 4), "CMYK").reshape(-1, 3)
    table = np.pad(colours, ((0, 0), (0, 1))).view(np.uint32).ravel()
    scaled = np.round(np.arange(256) * 248 / 255).astype(np.uint8)
    row, column = np.mgrid[0:8, 0:8]
    noise = np.stack([(3 * row + 5 * column + 2 * ink + row // 2) % 8 for ink in range(4)], axis=-1).astype(np.uint8)

    def convert(pixels: np.ndarray) -> np.ndarray:
        rows, width = pixels.shape[:2]
        mixed = np.tile(noise, (rows // 8 + 1, width // 8 + 1, 1))[:rows, :width]
        steps = np.asarray(cv2.add(cv2.LUT(np.ascontiguousarray(pixels), scaled), mixed), np.uint8) >> 3
        packed = steps.astype(np.uint8).view("<u4")[..., 0]
        index = (packed & 31) | (packed >> 3 & 31 << 5) | (packed >> 6 & 31 << 10) | (packed >> 9 & 31 << 15)
        return np.asarray(table[index].view(np.uint8).reshape(rows, width, 4)[..., :3])

    return convert
