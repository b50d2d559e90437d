"""Zips, good and bad, made in memory."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
from collections.abc import Mapping

CENTRAL, LOCAL = b"PK\x01\x02", b"PK\x03\x04"


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of files by name, the same bytes whenever it is made: tests are named by them."""
    stream = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "w", method) as archive:
        warnings.simplefilter("ignore")
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return stream.getvalue()


def zeros(name: str, megabytes: int) -> bytes:
    """A zip of one file of so many megabytes, all zero, made without holding them."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open(name, "w") as entry,
    ):
        for _ in range(megabytes):
            entry.write(bytes(1_000_000))
    return stream.getvalue()


def encrypted(data: bytes) -> bytes:
    """The zip with its entries said to be encrypted."""
    return patched(patched(data, CENTRAL, 8, b"\1\0"), LOCAL, 6, b"\1\0")


def claiming(data: bytes, size: int) -> bytes:
    """The zip with its entries said to be of so many bytes when unpacked."""
    packed = struct.pack("<I", size)
    return patched(patched(data, CENTRAL, 24, packed), LOCAL, 22, packed)


def patched(data: bytes, record: bytes, offset: int, value: bytes) -> bytes:
    """The zip with a field of all its records of a kind changed."""
    changed = bytearray(data)
    position = data.find(record)
    while position >= 0:
        changed[position + offset : position + offset + len(value)] = value
        position = data.find(record, position + 1)
    return bytes(changed)


def overlapping(data: bytes, times: int) -> bytes:
    """The zip with its only entry listed so many times, all of them the same bytes."""
    begin, end = data.index(CENTRAL), data.index(b"PK\x05\x06")
    records = data[begin:end] * times
    closing = bytearray(data[end:])
    closing[8:12] = struct.pack("<HH", times & 0xFFFF, times & 0xFFFF)
    closing[12:16] = struct.pack("<I", len(records))
    return data[:begin] + records + bytes(closing)
