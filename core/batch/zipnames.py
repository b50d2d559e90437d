"""Decodes the names of a zip's entries as their owner sees them, whatever code page the packing program used.

A name is UTF-8 if the entry's flag says so, or if an Info-ZIP extra field (0x7075) repeats it in UTF-8. Otherwise it is
in the code page of the packer's system, which no zip records: the most likely one is chosen for all names together.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Sequence

from core.batch.codepages import DEFAULT, can_decode, certainly_utf8, choose_codepage, language_models

# Loaded on import: a process that reads an untrusted zip may not be allowed to open files.
language_models()

UTF8 = 0x800
"""The flag of an entry whose name is UTF-8."""
UNICODE_PATH = 0x7075


def owner_names(entries: Sequence[zipfile.ZipInfo]) -> list[str]:
    """Return the decoded names of the entries that a ZipFile listed, in the same order; folders end in a slash."""
    certain_names = [_certain_name(entry) for entry in entries]
    raw_names = [b"" if name is not None else _raw(entry) for entry, name in zip(entries, certain_names, strict=True)]
    page = choose_codepage(list(filter(None, raw_names)))
    return [
        name if name is not None else _read(data, page) for name, data in zip(certain_names, raw_names, strict=True)
    ]


def rename_entries(archive: zipfile.ZipFile) -> None:
    """Make an open zip list and open its entries by their decoded names."""
    entries = archive.infolist()
    for entry, name in zip(entries, owner_names(entries), strict=True):
        entry.filename = name
    archive.NameToInfo = {entry.filename: entry for entry in entries}


def _certain_name(entry: zipfile.ZipInfo) -> str | None:
    """Return the name if the entry leaves no doubt about its encoding, else None."""
    if entry.flag_bits & UTF8 or entry.orig_filename.isascii():
        return entry.orig_filename.partition("\0")[0]
    return _unicode_path(entry) or (_raw(entry).decode("utf-8") if certainly_utf8([_raw(entry)]) else None)


def _raw(entry: zipfile.ZipInfo) -> bytes:
    """Return the bytes of a name without the UTF-8 flag; zipfile decodes these as cp437, which is lossless."""
    return entry.orig_filename.encode(DEFAULT).partition(b"\0")[0]


def _unicode_path(entry: zipfile.ZipInfo) -> str | None:
    """Return the name in the extra field if it belongs to this very name: some programs rename entries and keep it."""
    extra = entry.extra
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        content, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == UNICODE_PATH and len(content) > 5 and content[0] == 1:
            (checksum,) = struct.unpack_from("<I", content, 1)
            if checksum == zlib.crc32(entry.orig_filename.encode(DEFAULT)):
                try:
                    return content[5:].decode("utf-8")
                except UnicodeDecodeError:
                    return None
    return None


def _read(data: bytes, page: str) -> str:
    return data.decode(page if can_decode([data], page) else DEFAULT)
