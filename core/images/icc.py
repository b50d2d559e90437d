"""Reads ICC profiles of screens, cameras and working spaces (ICC.1:2022) that consist of three curves and a matrix."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

MAX_TAGS = 100
CLASSES = frozenset({b"scnr", b"mntr", b"prtr", b"spac"})
"""Classes of profiles that describe a picture; others link devices or name colours."""

LUTS = (b"A2B0", b"A2B1", b"A2B2", b"D2B0", b"D2B1", b"D2B2")
"""Tags of a profile that has tables in addition to curves and a matrix."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """An RGB colour space.

    linear: linear light, 0 to 1, for the 256 values of each channel, shape (256, 3). to_xyz: matrix from linear RGB to
    XYZ (D50), shape (3, 3).
    """

    linear: np.ndarray
    to_xyz: np.ndarray


def space_of(profile: bytes) -> bytes:
    """Return the colour space that a profile applies to: b"RGB ", b"GRAY", b"CMYK"; b"" if it describes no picture."""
    valid = len(profile) >= 132 and profile[36:40] == b"acsp" and profile[12:16] in CLASSES
    return profile[16:20] if valid else b""


def matrix_of(profile: bytes) -> Matrix | None:
    """Return the curves and the matrix of an RGB profile; None if it has tables instead.

    Raises:
        ValueError, struct.error, KeyError: it is damaged.
    """
    contents = tags(profile)
    if profile[20:24] != b"XYZ " or not contents.keys().isdisjoint(LUTS):
        return None
    curves = [curve(contents[name]) for name in (b"rTRC", b"gTRC", b"bTRC")]
    columns = [struct.unpack(">3i", contents[name][8:20]) for name in (b"rXYZ", b"gXYZ", b"bXYZ")]
    return Matrix(np.stack(curves, axis=1), np.array(columns).T / 65536)


def tags(profile: bytes) -> dict[bytes, bytes]:
    """Return the tags' contents by name.

    Raises:
        struct.error: the profile is truncated.
    """
    (count,) = struct.unpack_from(">I", profile, 128)
    contents: dict[bytes, bytes] = {}
    for number in range(min(count, MAX_TAGS)):
        name, offset, size = struct.unpack_from(">4sII", profile, 132 + 12 * number)
        contents[name] = profile[offset : offset + size]
    return contents


def curve(tag: bytes) -> np.ndarray:
    """Return linear light, 0 to 1, for the 256 values of a channel, shape (256,).

    Raises:
        ValueError: the type is unknown. struct.error: the tag is truncated.
    """
    value = np.arange(256) / 255
    if tag[:4] == b"curv":
        (count,) = struct.unpack_from(">I", tag, 8)
        if count == 0:
            return value
        if count == 1:
            light = value ** (struct.unpack_from(">H", tag, 12)[0] / 256)
        else:
            table = np.frombuffer(tag, ">u2", count, 12) / 65535
            light = np.interp(value, np.linspace(0, 1, count), table)
    elif tag[:4] == b"para":
        light = parametric(value, struct.unpack_from(">H", tag, 8)[0], tag)
    else:
        raise ValueError("expected a curve")
    return np.asarray(np.nan_to_num(light, posinf=1).clip(0, 1))


def parametric(value: np.ndarray, form: int, tag: bytes) -> np.ndarray:
    """Evaluate a parametric curve with up to seven parameters; parameters that a form lacks get neutral values.

    Raises:
        ValueError: unknown form. struct.error: the tag is truncated.
    """
    if form > 4:
        raise ValueError("expected one of five forms")
    numbers = [fixed_point / 65536 for fixed_point in struct.unpack_from(f">{(1, 3, 4, 5, 7)[form]}i", tag, 12)]
    gamma, a, b = (*numbers[:3], 1.0, 0.0)[:3] if form == 0 else numbers[:3]
    c, start, above, below = 0.0, 0.0, 0.0, 0.0
    if form in (1, 2):
        start = -b / a if a else 0.0
        above = below = numbers[3] if form == 2 else 0.0
    elif form > 2:
        c, start = numbers[3:5]
        above, below = numbers[5:] if form == 4 else (0.0, 0.0)
    with np.errstate(all="ignore"):
        power = np.maximum(a * value + b, 0) ** gamma + above
    return np.where(value >= start, power, c * value + below)
