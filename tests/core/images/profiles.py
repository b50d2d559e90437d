"""ICC profiles made for tests: of screens by curves and a matrix, of grey, and by tables, as printing presses have."""

from __future__ import annotations

import struct
from collections.abc import Callable

import numpy as np

from core.images import cicp

WHITE = (b"wtpt", b"XYZ " + bytes(4) + struct.pack(">3i", 63190, 65536, 54061))
ADOBE = (0.64, 0.33, 0.21, 0.71, 0.15, 0.06, *cicp.D65)
PROPHOTO = (0.7347, 0.2653, 0.1596, 0.8404, 0.0366, 0.0001, 0.3457, 0.3585)


def profile(space: bytes, pcs: bytes, tags: list[tuple[bytes, bytes]], kind: bytes = b"mntr") -> bytes:
    """A profile of version 2.4."""
    directory, body = struct.pack(">I", len(tags)), b""
    for name, content in tags:
        directory += name + struct.pack(">II", 132 + 12 * len(tags) + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    header = bytearray(128)
    header[8:12], header[12:16], header[16:20], header[20:24], header[36:40] = b"\2\x40\0\0", kind, space, pcs, b"acsp"
    header[68:80] = struct.pack(">3i", 63190, 65536, 54061)
    header[:4] = struct.pack(">I", 128 + len(directory) + len(body))
    return bytes(header) + directory + body


def power(exponent: float) -> bytes:
    """A curve that is a power."""
    return b"curv" + bytes(4) + struct.pack(">IH", 1, round(exponent * 256))


SRGB_CURVE = (
    b"para"
    + bytes(4)
    + struct.pack(">HH5i", 3, 0, *(round(n * 65536) for n in (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)))
)


def screen(to_xyz: np.ndarray, curve: bytes = SRGB_CURVE) -> bytes:
    """An RGB profile. to_xyz: XYZ for D50 of linear red, green and blue, shape (3, 3)."""
    columns = [
        (name, b"XYZ " + bytes(4) + struct.pack(">3i", *(round(n * 65536) for n in column)))
        for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), to_xyz.T, strict=True)
    ]
    return profile(b"RGB ", b"XYZ ", [WHITE, *columns, *((name, curve) for name in (b"rTRC", b"gTRC", b"bTRC"))])


def grey(exponent: float) -> bytes:
    """A grey profile."""
    return profile(b"GRAY", b"XYZ ", [WHITE, (b"kTRC", power(exponent))])


def tables(space: bytes, channels: int, steps: int, to_xyz: Callable[[np.ndarray], np.ndarray]) -> bytes:
    """A profile by a table. to_xyz: makes XYZ for D50, shape (n, 3), of values of 0 to 1, shape (n, channels)."""
    grid = np.stack(np.meshgrid(*[np.linspace(0, 1, steps)] * channels, indexing="ij"), -1).reshape(-1, channels)
    relative_xyz = to_xyz(grid) / cicp.D50
    f = np.where(relative_xyz > 216 / 24389, np.cbrt(relative_xyz), (24389 / 27 * relative_xyz + 16) / 116)
    lab = np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=-1)
    stored = np.stack([lab[:, 0] * 652.8, (lab[:, 1] + 128) * 256, (lab[:, 2] + 128) * 256], axis=-1)
    identity_curve = struct.pack(">HH", 0, 65535)
    body = (
        b"mft2" + bytes(4) + bytes([channels, 3, steps, 0]) + struct.pack(">9i", *np.eye(3, dtype=int).ravel() * 65536)
    )
    body += struct.pack(">HH", 2, 2) + identity_curve * channels
    body += stored.round().clip(0, 65535).astype(">u2").tobytes() + identity_curve * 3
    return profile(space, b"Lab ", [WHITE, (b"A2B0", body)], b"prtr" if channels == 4 else b"mntr")


def press(steps: int = 9) -> bytes:
    """A CMYK profile: ink takes away light, and full black leaves a little."""

    def to_xyz(inks: np.ndarray) -> np.ndarray:
        gained = inks**0.7
        light = cicp.srgb_light((1 - gained[:, :3]) * (1 - gained[:, 3:])) * 0.95 + 0.01
        return np.asarray(light @ cicp.to_xyz(cicp.PRIMARIES[1]).T)

    return tables(b"CMYK", 4, steps, to_xyz)


DISPLAY_P3 = screen(cicp.to_xyz(cicp.PRIMARIES[12]))
ADOBE_RGB = screen(cicp.to_xyz(ADOBE), power(2.19921875))
PROPHOTO_RGB = screen(cicp.to_xyz(PROPHOTO), power(1.8))
SRGB = screen(cicp.to_xyz(cicp.PRIMARIES[1]))
P3_BY_TABLES = tables(b"RGB ", 3, 17, lambda rgb: cicp.srgb_light(rgb) @ cicp.to_xyz(cicp.PRIMARIES[12]).T)
