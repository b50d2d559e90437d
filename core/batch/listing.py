"""Lists the pictures to rate: files, files in folders, rows of Parquet tables; in order, before any is opened."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow.fs import FileSelector, FileType

from core.batch.files import FoundFile, files_below, is_left_behind, is_picture_name
from core.batch.filesystems import Location, LocationError, is_address, locate, shown_address
from core.errors import FairestError
from core.images.decode import SUFFIXES

TABLE = ".parquet"
BYTES = ("bytes", "image", "image_bytes", "picture", "content")
"""Columns that may hold the pictures; the first one present is used: binary, or a struct with `bytes` (as written by
the `datasets` package)."""
NAMES = ("file", "path", "file_name", "filename", "name", "id")
"""Columns that may hold the pictures' names."""


class TableError(FairestError):
    """A Parquet table has no column of pictures."""


class Picture(NamedTuple):
    """One picture to rate.

    file: its name in the results. root, path: see Location. group, row: row group and row in it for a row of a Parquet
    table, else -1. error: why it cannot be read; the entry may then be a picture, a table or a folder.
    """

    file: str
    root: str
    path: str
    group: int = -1
    row: int = -1
    error: str = ""


UNREADABLE = "Expected {kind} that can be looked into; it cannot be read ({reason})."


def no_note(_sentence: str) -> None:
    """Ignore a message."""


def list_pictures(given: Iterable[str], note: Callable[[str], None] = no_note) -> Iterator[Picture]:
    """Yield the pictures of paths and addresses in the order given; a folder's pictures in order of name.

    A folder yields its files with a picture's suffix, and its Parquet tables that have a column of pictures; files that
    systems leave behind are skipped. A file that is named itself is used whatever its suffix; if it does not exist,
    opening it reports that. An unreadable folder, file or table is yielded as a picture with an error.

    Args:
        note: called with a message for each folder and table without pictures.

    Raises:
        LocationError: an address cannot be opened. TableError: a table that is named itself has no column of pictures.
    """
    for text in given:
        location = locate(text)
        shown = shown_address(text) if is_address(text) else text
        empty = True
        for picture in _pictures(text, location, shown):
            empty = False
            yield picture
        if empty:
            note(f"Expected pictures in {shown}; none was found ({', '.join(sorted(SUFFIXES))}, or rows of {TABLE}).")


def _pictures(text: str, location: Location, shown: str) -> Iterator[Picture]:
    files = _below(text, location, shown)
    if files is None:
        if shown.lower().endswith(TABLE) and location.is_file():
            yield from _rows(shown, location, named=True)
        else:
            yield Picture(shown, location.root, location.path)
        return
    for name, entry in files:
        if entry.folder:
            yield Picture(name, location.root, entry.path, error=UNREADABLE.format(kind="a folder", reason=entry.error))
        elif entry.error:
            yield Picture(name, location.root, entry.path, error=UNREADABLE.format(kind="a file", reason=entry.error))
        elif name.lower().endswith(TABLE):
            yield from _rows(name, Location(location.root, entry.path), named=False)
        else:
            yield Picture(name, location.root, entry.path)


def _below(text: str, location: Location, shown: str) -> Iterator[tuple[str, FoundFile]] | None:
    """Yield (name, entry) for a folder's pictures and tables, sorted by name; None if it is not a folder."""
    if not location.root:
        return _below_path(text, location, shown) if os.path.isdir(location.path) else None
    try:
        if location.filesystem.get_file_info(location.path).type != FileType.Directory:
            return None
        entries = _stored(location)
    except Exception as error:  # file systems raise kinds of their own
        raise LocationError(
            "Expected an address that can be opened; {root}: {reason}", root=shown, reason=error
        ) from error
    top = location.path.rstrip("/")
    kept = sorted(
        entry
        for entry in entries
        if not is_left_behind(entry.path[len(top) :].split("/")) and (entry.folder or _counts(entry.path))
    )
    if "::" in text:
        return ((entry.path, entry) for entry in kept)
    begin = shown.rstrip("/")
    return ((f"{begin}/{entry.path[len(top) :].lstrip('/')}", entry) for entry in kept)


def _below_path(text: str, location: Location, shown: str) -> Iterator[tuple[str, FoundFile]]:
    for entry in files_below(location.path):
        if entry.folder or _counts(entry.path):
            if is_address(text):
                name = shown.rstrip("/") + entry.path[len(location.path.rstrip("/")) :]
            else:
                name = str(Path(entry.path))
            yield name, entry._replace(path=str(Path(entry.path)))


def _stored(location: Location) -> list[FoundFile]:
    """Return the files below a folder of a store, and the subfolders that cannot be read.

    Raises:
        Exception: the file system's, if the folder itself cannot be read.
    """
    files = location.filesystem
    try:
        infos = files.get_file_info(FileSelector(location.path, recursive=True))
        return [FoundFile(info.path) for info in infos if info.type == FileType.File]
    except Exception:
        # Listing folder by folder takes one call for each, but isolates the one that fails.
        entries: list[FoundFile] = []
        waiting = [location.path]
        while waiting:
            folder = waiting.pop()
            try:
                infos = files.get_file_info(FileSelector(folder))
            except Exception as error:
                if folder == location.path:
                    raise
                entries.append(FoundFile(folder, str(error), folder=True))
                continue
            waiting += [info.path for info in infos if info.type == FileType.Directory]
            entries += [FoundFile(info.path) for info in infos if info.type == FileType.File]
        return entries


def _counts(name: str) -> bool:
    return is_picture_name(name) or name.lower().endswith(TABLE)


def _rows(name: str, location: Location, named: bool) -> Iterator[Picture]:
    """Yield the pictures of a table; nothing for a table found in a folder that has no column of pictures."""
    try:
        with location.open() as stream, pq.ParquetFile(stream) as table:
            if picture_column(table.schema_arrow) is not None:
                yield from _rows_of(table, name, location)
            elif named:
                raise TableError(
                    "Expected a Parquet table with a column of pictures ({expected}); the columns of {name} are: "
                    "{columns}.",
                    expected=", ".join(BYTES),
                    name=name,
                    columns=", ".join(table.schema_arrow.names),
                )
    except TableError:
        raise
    except Exception as error:  # file systems raise kinds of their own, as for an entry of a zip
        yield Picture(name, location.root, location.path, error=_broken(error))


def _broken(error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"Expected a Parquet table; it is truncated, damaged or none ({' '.join(reason.split())})."


def _rows_of(table: Any, name: str, location: Location) -> Iterator[Picture]:
    name_column = next((column for column in NAMES if column in table.schema_arrow.names), None)
    number = 0
    for group in range(table.num_row_groups):
        rows = table.metadata.row_group(group).num_rows
        try:
            row_names = (
                _names(table.read_row_group(group, columns=[name_column])[name_column])
                if name_column
                else [None] * rows
            )
        except Exception as error:
            yield Picture(f"{name}#{number}", location.root, location.path, error=_broken(error))
            number += rows
            continue
        for row, row_name in enumerate(row_names):
            yield Picture(
                f"{name}#{number}" if row_name is None else row_name, location.root, location.path, group, row
            )
            number += 1


def _names(column: pa.ChunkedArray) -> list[str | None]:
    """Return a column's values as names; bytes that are not UTF-8 become lone surrogates, as in file names."""
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        # The bytes have not been checked to be UTF-8.
        column = column.cast(pa.large_binary())
    return [
        value if value is None else value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else str(value)
        for value in column.to_pylist()
    ]


def picture_column(schema: pa.Schema) -> str | None:
    """Return the path of the column of a table that holds pictures, as its reader names it, or None."""
    for name in BYTES:
        if name not in schema.names:
            continue
        kind = schema.field(name).type
        if _binary(kind):
            return name
        if pa.types.is_struct(kind) and kind.get_field_index("bytes") >= 0 and _binary(kind.field("bytes").type):
            return f"{name}.bytes"
    return None


def _binary(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))
