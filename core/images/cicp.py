"""Colour spaces from code points (ITU-T H.273; HEIC, AVIF, PNG), or from gamma and chromaticities (old PNGs)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.images.icc import Matrix

D65 = (0.3127, 0.3290)
C = (0.310, 0.316)
DCI = (0.314, 0.351)

PRIMARIES: dict[int, tuple[float, ...]] = {
    1: (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, *D65),
    4: (0.67, 0.33, 0.21, 0.71, 0.14, 0.08, *C),
    5: (0.64, 0.33, 0.29, 0.60, 0.15, 0.06, *D65),
    6: (0.630, 0.340, 0.310, 0.595, 0.155, 0.070, *D65),
    7: (0.630, 0.340, 0.310, 0.595, 0.155, 0.070, *D65),
    8: (0.681, 0.319, 0.243, 0.692, 0.145, 0.049, *C),
    9: (0.708, 0.292, 0.170, 0.797, 0.131, 0.046, *D65),
    11: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, *DCI),
    12: (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, *D65),
    22: (0.630, 0.340, 0.295, 0.605, 0.155, 0.077, *D65),
}
"""x and y of red, green, blue and white by code point; any other code point counts as 1, sRGB."""

PURE = {4: 2.2, 5: 2.8, 8: 1.0, 17: 2.6}
"""Exponents of pure power functions by code point."""
PQ, HLG = 16, 18

SDR_WHITE = 203.0
"""Luminance in nits of diffuse white in a picture of high dynamic range (ITU-R BT.2408)."""
HDR_PEAK = 1000.0
"""Luminance in nits that maps to the maximum; higher values are clipped."""

BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
D50 = np.array([0.9642, 1.0, 0.8249])


def of_codes(primaries: int, transfer: int) -> Matrix:
    """Return the colour space of two code points. Like browsers, treats video transfer functions as sRGB's."""
    value = np.arange(256) / 255
    if transfer in PURE:
        light = value ** PURE[transfer]
    elif transfer == PQ:
        light = tone_map(pq(value) / SDR_WHITE)
    elif transfer == HLG:
        light = tone_map(hlg(value) ** 1.2 * HDR_PEAK / SDR_WHITE)
    else:
        light = srgb_light(value)
    return Matrix(np.repeat(light[:, np.newaxis], 3, axis=1), to_xyz(PRIMARIES.get(primaries, PRIMARIES[1])))


def of_gamma(exponent: float, chromaticities: Sequence[float] | None) -> Matrix:
    """Return the colour space of an exponent and x and y of white, red, green and blue, by default those of sRGB.

    Raises:
        ValueError: these do not define a colour space.
    """
    value = np.arange(256) / 255
    # PNGs that approximate sRGB by an exponent use 2.2.
    light = srgb_light(value) if abs(exponent - 2.2) < 0.1 else value**exponent
    xy = (*chromaticities[2:], *chromaticities[:2]) if chromaticities else PRIMARIES[1]
    return Matrix(np.repeat(light[:, np.newaxis], 3, axis=1), to_xyz(xy))


def srgb_light(value: np.ndarray) -> np.ndarray:
    """Convert sRGB values, 0 to 1, to linear light, 0 to 1 (IEC 61966-2-1)."""
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def pq(value: np.ndarray) -> np.ndarray:
    """Convert PQ values, 0 to 1, to nits (SMPTE ST 2084)."""
    root = value ** (32 / 2523)
    return np.asarray(10_000 * (np.maximum(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)) ** (16_384 / 2610))


def hlg(value: np.ndarray) -> np.ndarray:
    """Convert HLG values, 0 to 1, to scene light, 0 to 1 (ITU-R BT.2100)."""
    return np.where(value <= 0.5, value**2 / 3, (np.exp((value - 0.55991073) / 0.17883277) + 0.28466892) / 12)


def tone_map(light: np.ndarray) -> np.ndarray:
    """Compress light relative to SDR white to 0 to 1, with Reinhard's curve, which maps the peak to 1."""
    return np.asarray((light * (1 + light / (HDR_PEAK / SDR_WHITE) ** 2) / (1 + light)).clip(0, 1))


def to_xyz(xy: Sequence[float]) -> np.ndarray:
    """Return the matrix from linear RGB to XYZ (D50), shape (3, 3), for x and y of red, green, blue and white.

    Raises:
        ValueError: these do not define a colour space.
    """
    points = np.array(xy, float).reshape(4, 2)
    if not (points[:, 1] > 0).all():
        raise ValueError("expected chromaticities above the line of purples")
    columns = np.stack([points[:, 0] / points[:, 1], np.ones(4), (1 - points.sum(axis=1)) / points[:, 1]])
    try:
        primaries = columns[:, :3] * np.linalg.solve(columns[:, :3], columns[:, 3])
    except np.linalg.LinAlgError as error:
        raise ValueError("expected three primaries that differ") from error
    cones = (BRADFORD @ D50) / (BRADFORD @ columns[:, 3])
    return np.asarray(np.linalg.inv(BRADFORD) @ np.diag(cones) @ BRADFORD @ primaries)
