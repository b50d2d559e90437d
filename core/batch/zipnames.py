"""The names of a zip's entries as their owner sees them, whatever code page the program that packed them wrote.

A name is UTF-8 where the entry says so, or in an extra field of Info-ZIP (0x7075) that says it in UTF-8 once more. Else
it is in whatever code page the packer's system had, which no zip tells: all names together tell the likeliest.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Sequence

from core.batch.codepages import DEFAULT, can_decode, certainly_utf8, choose_codepage, language_models

# Now: who reads a stranger's zip may be allowed to open no file.
language_models()

UTF8 = 0x800
"""The flag of an entry whose name is UTF-8."""
UNICODE_PATH = 0x7075


def owner_names(entries: Sequence[zipfile.ZipInfo]) -> list[str]:
    """The names of entries that a ZipFile listed, in the same order; folders end in a slash."""
    certain = [_certain_name(entry) for entry in entries]
    raw = [b"" if name is not None else _raw(entry) for entry, name in zip(entries, certain, strict=True)]
    page = choose_codepage(list(filter(None, raw)))
    return [name if name is not None else _read(data, page) for name, data in zip(certain, raw, strict=True)]


def rename_entries(archive: zipfile.ZipFile) -> None:
    """Have an open zip list its entries by their owner's names, and open them by these."""
    entries = archive.infolist()
    for entry, name in zip(entries, owner_names(entries), strict=True):
        entry.filename = name
    archive.NameToInfo = {entry.filename: entry for entry in entries}


def _certain_name(entry: zipfile.ZipInfo) -> str | None:
    """The name where the entry leaves no doubt how it is written."""
    if entry.flag_bits & UTF8 or entry.orig_filename.isascii():
        return entry.orig_filename.partition("\0")[0]
    return _unicode_path(entry) or (_raw(entry).decode("utf-8") if certainly_utf8([_raw(entry)]) else None)


def _raw(entry: zipfile.ZipInfo) -> bytes:
    """The bytes of a name that is not said to be UTF-8; zipfile reads such as cp437, which loses none."""
    return entry.orig_filename.encode(DEFAULT).partition(b"\0")[0]


def _unicode_path(entry: zipfile.ZipInfo) -> str | None:
    """What the extra field says, if it is of this very name: programs that know nothing of it rename entries."""
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
