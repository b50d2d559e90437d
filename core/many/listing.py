"""Which pictures there are to rate: files, files in folders, rows of Parquet tables; in order, before any is opened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow.fs import FileSelector, FileType

from core.errors import FairestError
from core.images import SUFFIXES
from core.many.places import Place, PlaceError, is_address, place, shown_address

TABLE = ".parquet"
BYTES = ("bytes", "image", "image_bytes", "picture", "content")
"""Columns that may hold the pictures, the first that is there: binary, or a struct with `bytes` (as the `datasets`
package writes it)."""
NAMES = ("file", "path", "file_name", "filename", "name", "id")
"""Columns that may hold their names."""


class TableError(FairestError):
    """A Parquet table holds no pictures."""


class Picture(NamedTuple):
    """One picture to rate.

    file: its name in the results. root, path: see Place. group, row: of a Parquet table's row, in its row group; else
    -1.
    """

    file: str
    root: str
    path: str
    group: int = -1
    row: int = -1


def pictures(given: Iterable[str]) -> Iterator[Picture]:
    """The pictures of paths and addresses, in the order given; a folder's own in order of name.

    A folder gives its pictures by their ending, and its Parquet tables that have a column of pictures. What is named
    itself is taken whatever its ending; if it is not there, opening it will tell.

    Raises:
        PlaceError: an address cannot be opened. TableError: a table that is named itself holds no pictures.
    """
    for text in given:
        where = place(text)
        files = _listed(where, text)
        if files is None:
            yield from _file(text, where)
            continue
        for name, path in files:
            if name.lower().endswith(TABLE):
                yield from _rows(name, Place(where.root, path), named=False)
            else:
                yield Picture(name, where.root, path)


def _file(text: str, where: Place) -> Iterator[Picture]:
    name = shown_address(text) if is_address(text) else text
    if name.lower().endswith(TABLE) and where.filesystem.get_file_info(where.path).type == FileType.File:
        yield from _rows(name, where, named=True)
    else:
        yield Picture(name, where.root, where.path)


def _listed(where: Place, text: str) -> list[tuple[str, str]] | None:
    """(name, path) of a folder's pictures and tables, by name; None when it is no folder."""
    if not is_address(text):
        folder = Path(text)
        if not folder.is_dir():
            return None
        return [(str(path), str(path)) for path in sorted(folder.rglob("*")) if _counts(path.name) and path.is_file()]
    try:
        if where.filesystem.get_file_info(where.path).type != FileType.Directory:
            return None
        found = where.filesystem.get_file_info(FileSelector(where.path, recursive=True))
    except OSError as error:
        raise PlaceError(
            "Expected an address that can be opened; {root}: {reason}", root=shown_address(text), reason=error
        ) from error
    paths = sorted(info.path for info in found if info.type == FileType.File and _counts(info.path))
    if "::" in text:
        return [(path, path) for path in paths]
    begin = shown_address(text).rstrip("/")
    return [(f"{begin}/{path[len(where.path.rstrip('/')) :].lstrip('/')}", path) for path in paths]


def _counts(name: str) -> bool:
    ending = Path(name).suffix.lower()
    return ending in SUFFIXES or ending == TABLE


def _rows(name: str, where: Place, named: bool) -> Iterator[Picture]:
    """The pictures of a table; of one that was found in a folder and has none, nothing."""
    try:
        with where.filesystem.open_input_file(where.path) as stream, pq.ParquetFile(stream) as table:
            if picture_column(table.schema_arrow) is None:
                if named:
                    raise TableError(
                        "Expected a Parquet table with a column of pictures ({expected}); {name} has: {columns}.",
                        expected=", ".join(BYTES),
                        name=name,
                        columns=", ".join(table.schema_arrow.names),
                    )
                return
            yield from _rows_of(table, name, where)
    except (OSError, pa.ArrowException) as error:
        raise TableError("Expected a Parquet table; {name}: {reason}", name=name, reason=error) from error


def _rows_of(table: Any, name: str, where: Place) -> Iterator[Picture]:
    names = next((column for column in NAMES if column in table.schema_arrow.names), None)
    number = 0
    for group in range(table.num_row_groups):
        rows = table.metadata.row_group(group).num_rows
        told = table.read_row_group(group, columns=[names])[names].to_pylist() if names else [None] * rows
        for row, one in enumerate(told):
            yield Picture(f"{name}#{number}" if one is None else str(one), where.root, where.path, group, row)
            number += 1


def picture_column(schema: pa.Schema) -> str | None:
    """The column of a table that holds pictures, as its reader names it; None when there is none."""
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
