"""Read untrusted zips of pictures, within limits, one entry at a time. Nothing is written to disk."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from core.batch.files import is_left_behind
from core.batch.zipnames import owner_names
from core.errors import ImageError
from core.images.decode import check_size
from webapp.sandbox.names import shown_name

ZIP = (b"PK\x03\x04", b"PK\x05\x06")
"""Signatures of a zip, which starts with an entry or, if empty, with its end record."""

ARCHIVES = (*ZIP, b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")
"""Signatures of archives: zip, rar, 7z, gzip, bzip2, xz, zstd."""

METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Compression methods that need little memory to decompress."""

UNPACKED = 4
"""Maximum total size of all entries as a multiple of the maximum zip size: pictures hardly compress."""


@dataclass(frozen=True, slots=True)
class Entry:
    """index: position in the archive. name: for display. size: bytes, as declared in the archive."""

    index: int
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Refused:
    """name: for display; empty if the error concerns the archive as a whole."""

    name: str
    error: ImageError


@dataclass(frozen=True, slots=True)
class Listing:
    """The contents of an archive."""

    entries: tuple[Entry, ...]
    refused: tuple[Refused, ...]


def is_archive(data: bytes) -> bool:
    """Return whether a file is a zip, judging by its content."""
    return data.startswith(ZIP)


def list_entries(data: bytes, max_files: int, max_mb: int, max_archive_mb: int) -> Listing:
    """Return the entries that may be opened and those refused. Folders and operating systems' leftovers are skipped.

    Args:
        data: the zip.
        max_files: maximum number of entries of both kinds.
        max_mb: maximum size of one entry in megabytes.
        max_archive_mb: maximum size of a zip in megabytes.

    Raises:
        ImageError: the zip cannot be read or is empty.
    """
    entries: list[Entry] = []
    refused: list[Refused] = []
    remaining = UNPACKED * max_archive_mb * 1_000_000
    with _opened(data) as archive:
        entries_there = archive.infolist()
        files = [
            (index, info, name)
            for index, (info, name) in enumerate(zip(entries_there, owner_names(entries_there), strict=True))
            if not _passed_over(name)
        ]
        if not files:
            raise ImageError("Expected pictures in the zip; it contains no files.")
        for index, info, owner_name in files[:max_files]:
            name = shown_name(owner_name)
            try:
                _check(archive, info, max_mb)
                remaining -= info.file_size
                if remaining < 0:
                    raise ImageError(
                        "Expected at most {most} MB in a zip, unpacked; this file exceeds the limit. Send it "
                        "separately.",
                        most=UNPACKED * max_archive_mb,
                    )
                entries.append(Entry(index, name, info.file_size))
            except ImageError as error:
                refused.append(Refused(name, error))
    if len(files) > max_files:
        left_out = ImageError(
            "Expected at most {most} pictures in a zip; this one contains {count} files. The rest were skipped.",
            most=max_files,
            count=len(files),
        )
        refused.append(Refused("", left_out))
    return Listing(tuple(entries), tuple(refused))


def content(data: bytes, index: int, max_mb: int) -> bytes:
    """Return one entry's bytes.

    Args:
        data: the zip.
        index: of the entry.
        max_mb: maximum size in megabytes, whatever size the archive declares.

    Raises:
        ImageError: the entry is refused or cannot be read.
    """
    with _opened(data) as archive:
        info = archive.infolist()[index]
        _check(archive, info, max_mb)
        with archive.open(info) as entry:
            unpacked = entry.read(max_mb * 1_000_000 + 1)
    check_size(len(unpacked), max_mb)
    return unpacked


def _check(archive: zipfile.ZipFile, info: zipfile.ZipInfo, max_mb: int) -> None:
    """Raise ImageError for an entry that may not be opened."""
    if info.flag_bits & 1:
        raise ImageError(
            "Expected a picture; this entry of the zip is encrypted. Unpack the zip and send the pictures."
        )
    check_size(info.file_size, max_mb)
    if info.compress_type not in METHODS:
        raise ImageError(
            "Expected zip entries that are stored or compressed with Deflate; this one uses another method. Create the "
            "zip again."
        )
    with _damage(), archive.open(info) as entry:
        head = entry.read(max(map(len, ARCHIVES)))
    if head.startswith(ARCHIVES):
        raise ImageError("Expected a picture; this is an archive inside the zip. Send it separately.")


@contextmanager
def _opened(data: bytes) -> Iterator[zipfile.ZipFile]:
    with _damage(), zipfile.ZipFile(io.BytesIO(data)) as archive:
        yield archive


@contextmanager
def _damage() -> Iterator[None]:
    """Convert the library's errors on damaged archives into an ImageError."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, RuntimeError, OSError) as error:
        raise ImageError("Expected a zip of pictures; this one is truncated or damaged. Create it again.") from error


def _passed_over(name: str) -> bool:
    """Return whether a name is a folder or an operating system's leftover."""
    name = name.replace("\\", "/")
    return name.endswith("/") or is_left_behind(name.split("/"))
