"""A frame counter in the picture that survives video coding: a strip of black and white cells.

The strip spans the bottom edge: one row of cells, 16 of them the counter in Gray code, so that few cells change between
frames and the strip costs few bits, then 8 for a checksum.
"""

from __future__ import annotations

import zlib

import numpy as np

MODULUS = 1 << 16
"""The counter ranges from 0 to MODULUS - 1."""

CELLS = 24
BLACK, WHITE = 32, 224
"""Grey levels well inside the range, where coding does not clip; anything in between is invalid."""
MIDDLE, UNSURE = 126.0, 24.0
"""A cell's luma (limited range) counts as a bit only if it is at least UNSURE away from MIDDLE."""


def strip_height(height: int) -> int:
    """Return the strip's height in pixels for a picture of this height; even, as chroma is halved."""
    return max(8, 2 * round(height / 40))


def burn(image: np.ndarray, number: int) -> None:
    """Write a counter over the bottom edge of a picture, in place.

    Args:
        image: uint8 (height, width, 3) RGB or (height, width) luma, at least 120 wide.
        number: the counter; taken modulo 65 536.
    """
    height, width = image.shape[:2]
    number %= MODULUS
    word = (number ^ (number >> 1)) << 8 | _checksum(number)
    edges = _edges(width)
    bits = [word >> (CELLS - 1 - cell) & 1 for cell in range(CELLS)]
    row = np.repeat(np.where(bits, WHITE, BLACK).astype(np.uint8), np.diff(edges))
    strip = image[height - strip_height(height) :]
    strip[:] = row[:, np.newaxis] if image.ndim == 3 else row


def read(image: np.ndarray) -> int | None:
    """Return a picture's counter; None if its checksum is wrong or a cell is neither black nor white.

    Args:
        image: uint8 (height, width) luma, which is cheap to read, or (height, width, 3) RGB.
    """
    height, width = image.shape[:2]
    rows = strip_height(height)
    # The strip's outer rows and each cell's outer columns are blurred by coding.
    strip = image[height - rows + rows // 4 : height - rows // 4]
    columns = strip.mean(axis=(0, 2) if image.ndim == 3 else 0, dtype=np.float32)
    edges = _edges(width)
    quarter = np.diff(edges) // 4
    sums = np.concatenate(([0.0], np.cumsum(columns)))
    first, last = edges[:-1] + quarter, edges[1:] - quarter
    levels = (sums[last] - sums[first]) / (last - first)
    if np.abs(levels - MIDDLE).min() < UNSURE:
        return None
    word = 0
    for bit in levels > MIDDLE:
        word = word << 1 | int(bit)
    number = word >> 8
    for shift in (8, 4, 2, 1):
        number ^= number >> shift
    return number if _checksum(number) == word & 0xFF else None


def _edges(width: int) -> np.ndarray:
    return np.arange(CELLS + 1) * width // CELLS


def _checksum(number: int) -> int:
    return zlib.crc32(number.to_bytes(2, "big")) & 0xFF
