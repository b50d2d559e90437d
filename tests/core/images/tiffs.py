"""TIFFs in any layout, made for tests: each value is given, and lies where the layout puts it."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

import numpy as np

REVERSED = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))
SIZES = {1: "B", 3: "H", 4: "I", 7: "B"}


def packed(values: np.ndarray, bits: int, form: int, order: str) -> bytes:
    """Rows of values, shape (rows, n). form: 1 whole, 2 signed, 3 real."""
    if bits >= 8 and bits != 12:
        return values.astype(order + {1: "u", 2: "i", 3: "f"}[form] + str(bits // 8)).tobytes()
    rows = ("".join(f"{int(value):0{bits}b}" for value in row) for row in values)
    return b"".join(int(row + "0" * (-len(row) % 8), 2).to_bytes((len(row) + 7) // 8, "big") for row in rows)


def tiff(
    pixels: np.ndarray,
    photometric: int,
    bits: int = 8,
    form: int = 1,
    order: str = "<",
    planar: bool = False,
    extra: Sequence[int] = (),
    deflate: bool = False,
    backwards: bool = False,
    more: dict[int, int | list[int]] | None = None,
) -> bytes:
    """A file of strips of 16 rows.

    Args:
        pixels: values as stored, shape (height, width, channels).
        photometric, extra: tags.
        bits, form: of each value.
        order: "<" or ">".
        planar: whether each channel is a plane of its own.
        deflate: whether strips are packed.
        backwards: whether the first bit of a byte is its lowest.
        more: tags, each of one number, or of several short ones.
    """
    height, width, channels = pixels.shape
    planes = [pixels[..., [channel]] for channel in range(channels)] if planar else [pixels]
    strips = [
        packed(plane[top : top + 16].reshape(len(plane[top : top + 16]), -1), bits, form, order)
        for plane in planes
        for top in range(0, height, 16)
    ]
    strips = [zlib.compress(strip) if deflate else strip for strip in strips]
    strips = [strip.translate(REVERSED) if backwards else strip for strip in strips]
    tags: dict[int, tuple[int, list[int]]] = {
        256: (4, [width]),
        257: (4, [height]),
        258: (3, [bits] * channels),
        259: (3, [8 if deflate else 1]),
        262: (3, [photometric]),
        266: (3, [2 if backwards else 1]),
        273: (4, [0] * len(strips)),
        277: (3, [channels]),
        278: (4, [16]),
        279: (4, [len(strip) for strip in strips]),
        284: (3, [2 if planar else 1]),
        339: (3, [form] * channels),
        **({338: (3, list(extra))} if extra else {}),
        **{tag: (3, value) if isinstance(value, list) else (4, [value]) for tag, value in (more or {}).items()},
    }
    directory_end = 8 + 2 + 12 * len(tags) + 4
    data_start = directory_end + sum(len(_value(order, *tag)) for tag in tags.values() if len(_value(order, *tag)) > 4)
    tags[273] = (4, [data_start + sum(map(len, strips[:number])) for number in range(len(strips))])
    directory, values = struct.pack(order + "H", len(tags)), b""
    for tag in sorted(tags):
        kind, numbers = tags[tag]
        value = _value(order, kind, numbers)
        directory += struct.pack(order + "HHI", tag, kind, len(numbers))
        if len(value) > 4:
            directory += struct.pack(order + "I", directory_end + len(values))
            values += value
        else:
            directory += value.ljust(4, b"\0")
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, 8)
    return head + directory + bytes(4) + values + b"".join(strips)


def _value(order: str, kind: int, numbers: list[int]) -> bytes:
    return struct.pack(f"{order}{len(numbers)}{SIZES[kind]}", *numbers)
