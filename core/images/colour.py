"""Colour: pixels become sRGB, as what their file says of them asks.

A profile is a stranger's, too: one that cannot be read, that is no profile for such pixels, or that leaves nothing of
a picture, counts as none, as in browsers. LittleCMS is given a few thousand colours, and never a large picture.
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
"""Makes sRGB, uint8 (rows, width, 3), of pixels as stored: RGB uint8 (rows, width, 3), or CMYK uint8 (rows, width, 4),
255 being full ink."""

MAX_PROFILE = 8_000_000
"""Bytes; larger ones count as none. The largest of printing presses have four million."""
FEW_PIXELS = 3_000_000
"""Of CMYK, what LittleCMS is given itself: it takes 0.15 s for a million."""
SAME = 2
"""Difference from sRGB, of 255, that nobody sees; such a profile changes nothing."""
MIN_RANGE = 64
"""Of 255, how much lighter than black white must be."""

XYZ_TO_LINEAR = np.linalg.inv(cicp.to_xyz(cicp.PRIMARIES[1]))
GREYS = frozenset("1LIF")
"""First letters of Pillow's modes of one colour; LAB's is one, too."""


def _encoded() -> np.ndarray:
    """sRGB's values, uint8, of light in 16 bits, shape (65536,)."""
    light = np.arange(65_536) / 65_535
    value = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.round(value * 255).astype(np.uint8)


ENCODED = _encoded()


@dataclass(frozen=True, slots=True)
class Description:
    """What a file says of its colours; the first that can be used counts.

    icc: a profile. codes: colour primaries and transfer function of ITU-T H.273. gamma: the exponent. chromaticities:
    x and y of white, red, green and blue, for `gamma`.
    """

    icc: bytes | None = None
    codes: tuple[int, int] | None = None
    gamma: float | None = None
    chromaticities: tuple[float, ...] | None = None

    def to_srgb(self, mode: str, pixels: int) -> Convert | None:
        """What makes sRGB of a picture of one of Pillow's modes, with so many pixels; None where it is that."""
        found = of_profile(self.icc, mode, pixels > FEW_PIXELS) if self.icc else None
        if found:
            return found.convert
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
    """convert: what makes sRGB of pixels that a profile describes; None where they are that."""

    convert: Convert | None


@functools.lru_cache(maxsize=4)
def of_profile(profile: bytes, mode: str, large: bool = False) -> Conversion | None:
    """What makes sRGB of pixels of one of Pillow's modes that an ICC profile describes.

    Args:
        profile: the ICC profile, a stranger's.
        mode: Pillow's, of the picture.
        large: whether speed matters more than the last digit; of CMYK only.

    Returns:
        None where the profile is damaged, or is none for such pixels.
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
    """None where it changes nothing.

    Raises:
        ValueError: it leaves nothing of a picture.
    """
    steps = np.arange(0, 256, 15, dtype=np.uint8)
    colours = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(1, -1, 3)
    if grey:
        colours = np.repeat(np.arange(256, dtype=np.uint8).reshape(1, -1, 1), 3, axis=2)
    found = convert(colours).astype(int)
    if found[0, -1].mean() - found[0, 0].mean() < MIN_RANGE:
        raise ValueError("expected white to be lighter than black")
    return None if np.abs(found - colours).max() <= SAME else convert


def usable_inks(convert: Convert) -> Convert:
    """Itself.

    Raises:
        ValueError: it leaves nothing of a picture.
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
    """Grey: one table."""
    ramp = _applied(_transform(profile, "L"), np.arange(256, dtype=np.uint8).reshape(1, 256), "L")
    return lambda pixels: np.asarray(cv2.LUT(np.ascontiguousarray(pixels), ramp))


def _by_grid(profile: bytes) -> Convert:
    """RGB by tables: LittleCMS says what becomes of 52 steps a channel, five apart; between them it is straight."""
    steps = np.arange(0, 256, 5, dtype=np.uint8)
    blue, green, red = np.meshgrid(steps, steps, steps, indexing="ij")
    colours = np.stack([red, green, blue], axis=-1).reshape(len(steps), -1, 3)
    table = _applied(_transform(profile, "RGB"), colours, "RGB").astype(np.float32) / 255
    cube = ImageFilter.Color3DLUT(len(steps), table.ravel())
    return lambda pixels: np.asarray(Pillow.fromarray(np.ascontiguousarray(pixels)).filter(cube))


def _by_lcms(profile: bytes) -> Convert:
    """CMYK, exactly."""
    transform = _transform(profile, "CMYK")
    return lambda pixels: _applied(transform, pixels, "CMYK")


def _by_table(profile: bytes) -> Convert:
    """CMYK, six times as fast: 32 steps an ink, and between them an even mixture of both (ordered dithering)."""
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
        four = steps.astype(np.uint8).view("<u4")[..., 0]
        index = (four & 31) | (four >> 3 & 31 << 5) | (four >> 6 & 31 << 10) | (four >> 9 & 31 << 15)
        return np.asarray(table[index].view(np.uint8).reshape(rows, width, 4)[..., :3])

    return convert
