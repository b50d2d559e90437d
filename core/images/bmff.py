"""Parses the ISO base media file format (ISO/IEC 14496-12 and 23008-12) for the main picture of HEIC and AVIF files."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from core.images.colour import SRGB, Description

MAX_BOXES = 4096
CODED_BY_HEVC = frozenset({b"hvc1", b"hev1"})
DERIVED = frozenset({b"grid", b"iden", b"iovl"})
"""Item types of pictures that are composed of others."""


@dataclass(frozen=True, slots=True)
class Primary:
    """A file's main picture. kind: of its item, or of the items that it is composed of. colour: its description."""

    kind: bytes
    colour: Description


def boxes(data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    """Yield the names and contents of boxes; the last may be truncated."""
    offset = 0
    for _ in range(MAX_BOXES):
        if offset + 8 > len(data):
            return
        size, name = struct.unpack_from(">I4s", data, offset)
        header_size = 8
        if size == 1 and offset + 16 <= len(data):
            (size,) = struct.unpack_from(">Q", data, offset + 8)
            header_size = 16
        size = size or len(data) - offset
        if size < header_size:
            return
        yield name, data[offset + header_size : offset + size]
        offset += size


def primary_item(data: bytes) -> Primary | None:
    """Return the main picture; None if there is none or the file is damaged."""
    try:
        meta = next((content for name, content in boxes(memoryview(data)) if name == b"meta"), None)
        return _primary(dict(boxes(meta[4:]))) if meta is not None else None
    except (struct.error, IndexError, KeyError, ValueError):
        return None


def _primary(meta: dict[bytes, memoryview]) -> Primary:
    kinds = dict(_kinds(meta[b"iinf"]))
    pitm = meta[b"pitm"]
    (number,) = struct.unpack_from(">I" if pitm[0] else ">H", pitm, 4)
    kind = kinds[number]
    if kind in DERIVED:
        kind = next((code for code in kinds.values() if code not in DERIVED and code not in (b"Exif", b"mime")), kind)
    parts = list(boxes(meta.get(b"iprp", memoryview(b""))))
    containers = [list(boxes(content)) for name, content in parts if name == b"ipco"]
    properties = containers[0] if containers else []
    uses = [index for name, content in parts if name == b"ipma" for index in _uses(content, number)]
    item_properties = [properties[index - 1] for index in uses if 0 < index <= len(properties)]
    colours = [content for name, content in item_properties if name == b"colr"]
    all_colours = [content for name, content in properties if name == b"colr"]
    # For a tiled picture, some writers describe the colours of the tiles only.
    return Primary(kind, _description(colours or (all_colours if len(all_colours) == 1 else [])))


def _kinds(iinf: memoryview) -> Iterator[tuple[int, bytes]]:
    for name, content in boxes(iinf[8 if iinf[0] else 6 :]):
        if name == b"infe" and content[0] >= 2:
            number, _, kind = struct.unpack_from(">HH4s" if content[0] == 2 else ">IH4s", content, 4)
            yield number, kind


def _uses(ipma: memoryview, number: int) -> Iterator[int]:
    """Yield the indices of an item's properties, counted from 1."""
    wide_items, wide_uses = ipma[0] >= 1, ipma[3] & 1
    (count,) = struct.unpack_from(">I", ipma, 4)
    offset = 8
    for _ in range(min(count, MAX_BOXES)):
        (item,) = struct.unpack_from(">I" if wide_items else ">H", ipma, offset)
        offset += 4 if wide_items else 2
        use_count = ipma[offset]
        offset += 1
        for _ in range(use_count):
            value = struct.unpack_from(">H", ipma, offset)[0] & 0x7FFF if wide_uses else ipma[offset] & 0x7F
            offset += 2 if wide_uses else 1
            if item == number:
                yield value


def _description(colours: list[memoryview]) -> Description:
    icc: bytes | None = None
    codes: tuple[int, int] | None = None
    for content in colours:
        kind = bytes(content[:4])
        if kind in (b"prof", b"rICC"):
            icc = icc or bytes(content[4:])
        elif kind == b"nclx" and codes is None:
            primaries, transfer = struct.unpack_from(">HH", content, 4)
            codes = primaries, transfer
    return Description(icc, codes) if icc or codes else SRGB
