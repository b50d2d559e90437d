"""Reads the cells of a CSV with a header, as written by spreadsheets and scripts.

UTF-8 with or without a byte order mark, or UTF-16 with one; comma, semicolon or tab as the delimiter; any line ending.
`training.data.tables` checks the cells' contents.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from training.errors import DataError

BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
DELIMITERS = (",", ";", "\t")
SEPARATOR_HINT = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
"""A first line that tells Excel the delimiter."""


def read_cells(path: Path, required: Sequence[str] = ()) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each row's line number and its cells by column, as text; empty rows are skipped.

    Args:
        path: the CSV.
        required: columns that it must have.

    Raises:
        DataError: there is no such file, it is not a CSV, lacks a column, or a row has another length than the header.
    """
    content = read_text(path)
    start = 1
    hint = SEPARATOR_HINT.fullmatch(content.partition("\n")[0].strip())
    if hint:
        start, content = 2, content.partition("\n")[2]
    delimiter = hint[1] if hint else delimiter_of(content, required)
    lines = split_records(path, content, delimiter, start)
    start, header = next(((line, cells) for line, cells in lines if any(cells)), (start, []))
    names = [name.strip() for name in header]
    missing = [name for name in required if name not in names]
    twice = [name for name, count in Counter(names).items() if count > 1 and name in required]
    if missing or twice or not any(names):
        wrong = f" Missing: {', '.join(missing)}." if missing else f" Twice: {', '.join(twice)}." if twice else ""
        raise DataError(
            f"expected the columns {join_words(required)} in {path}, line {start}; received "
            f"{', '.join(filter(None, names)) or 'none'}.{wrong}"
        )
    for line, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) < len(names):
            raise DataError(
                f"expected {len(names)} cells in {path}, line {line}, one for each column of the header; received "
                f"{len(cells)}: column {names[len(cells)]} is not there."
            )
        if any(cell.strip() for cell in cells[len(names) :]):
            raise DataError(
                f"expected {len(names)} cells in {path}, line {line}, one for each column of the header; received "
                f"{len(cells)}, so some follow column {names[-1]}. A cell that holds {delimiter!r} needs quotes."
            )
        yield line, dict(zip(names, cells, strict=False))


def join_words(names: Sequence[str]) -> str:
    """Join names in words: a, b and c."""
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def read_text(path: Path) -> str:
    """Read a table's text.

    Raises:
        DataError: there is no such file, it cannot be read, or its encoding is not supported.
    """
    if not path.is_file():
        raise DataError(f"expected {path.name} in {path.parent}; there is none. Point --data at the data folder.")
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DataError(f"expected a table in {path}; it cannot be read ({error.strerror}).") from error
    encoding = next((name for mark, name in BYTE_ORDER_MARKS.items() if raw.startswith(mark)), "utf-8")
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"expected text in UTF-8 in {path}; line {line} is in another encoding. Save it as CSV in UTF-8."
        ) from error


def delimiter_of(content: str, required: Sequence[str]) -> str:
    """Return the delimiter that splits the header into the most required columns, or else into the most columns."""
    header = content.lstrip("\r\n").splitlines()[:1]

    def columns(delimiter: str) -> tuple[int, int]:
        try:
            names = [name.strip() for name in next(csv.reader(header, delimiter=delimiter), [])]
        except csv.Error:  # a cell longer than csv.field_size_limit
            return 0, 0
        return len(set(required) & set(names)), len(names)

    return max(DELIMITERS, key=columns)


def split_records(path: Path, content: str, delimiter: str, start: int) -> Iterator[tuple[int, list[str]]]:
    """Yield each record's first line number, counted from `start`, and its cells.

    Raises:
        DataError: a quote is not closed, or is inside a cell.
    """
    # Without newline translation, since a lone carriage return ends a line, too.
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
    line = start
    try:
        for cells in reader:
            yield line, cells
            line = start + reader.line_num
    except csv.Error as error:
        raise DataError(f"expected a CSV in {path}; line {line} cannot be read as one ({error}).") from error
