"""Reads and validates tables of labels against the schemas in `training.data.schemas`.

Anything that does not match its schema raises an error with file, line, column and what was expected, so that nothing
wrong is trained on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from core.face import Box
from training.data.csv_cells import read_cells
from training.data.labelme import upright_size
from training.errors import DataError

Value = str | float | int
Item = TypeVar("Item")

NUMBER = re.compile(r"[+-]?([0-9]+([.,][0-9]*)?|[.,][0-9]+)(e[+-]?[0-9]+)?", re.IGNORECASE)
"""The format of a number, also with a decimal comma; `float` would accept nan, inf and 1_000."""

SIDES = ("x", "y", "w", "h")
FARTHEST = 100_000.0
"""Maximum absolute value of a box's coordinates in pixels."""

MIN_SIDE = 0.01
"""Minimum side of a box in pixels."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column and the valid contents of its cells.

    expected: in words. parse: returns a cell's value, None if it is invalid. may_lack: whether a table may omit this
    column; its value is then None.
    """

    name: str
    expected: str
    parse: Callable[[str], Value | None]
    may_lack: bool = False


@dataclass(frozen=True, slots=True)
class Boxes:
    """How a table stores boxes: in the columns x, y, w, h, pixels.

    inside: minimum share of a box's area inside its picture. size: the columns of the picture's width and height;
    without them, they are those of the file in `images` beside the table, if it exists. may_be_empty: whether all four
    cells of a row may be empty. ignored: a column in which 1 marks a box that does not count; it may then be empty and
    anywhere.
    """

    inside: float
    size: tuple[str, str] | None = None
    may_be_empty: bool = False
    ignored: str | None = None


@dataclass(frozen=True, slots=True)
class Schema:
    """The schema of a table; other columns are ignored.

    unique: columns whose combined values must be unique, none if rows may repeat. may_be_empty: whether a header alone
    is valid.
    """

    columns: tuple[Column, ...]
    boxes: Boxes | None = None
    unique: tuple[str, ...] = ("file",)
    may_be_empty: bool = False

    @property
    def names(self) -> list[str]:
        """Return the columns that a table must have."""
        return [*(column.name for column in self.columns if not column.may_lack), *(SIDES if self.boxes else ())]


@dataclass(frozen=True, slots=True)
class Row:
    """A validated row: its line in the file, from 1, its values by column, and its box, if it has one."""

    line: int
    values: Mapping[str, Any]
    box: Box | None = None

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


def text(name: str, choices: Sequence[str] = (), may_lack: bool = False) -> Column:
    """A text column: one of the choices, or any text if there are none."""

    def parse(cell: str) -> str | None:
        word = cell.strip()
        return word if (word in choices if choices else word.isprintable() and word) else None

    return Column(name, f"one of {', '.join(choices)}" if choices else "a text", parse, may_lack)


def file_name(name: str = "file") -> Column:
    """A column of paths within the folder of the set's pictures."""

    def parse(cell: str) -> str | None:
        path = Path(cell)
        return cell if cell.strip() and "\0" not in cell and not path.anchor and ".." not in path.parts else None

    return Column(name, "a file's name within the set's folder", parse)


def number(name: str, low: float, high: float, quantity: str = "a number") -> Column:
    """A column of numbers from low to high, inclusive."""

    def parse(cell: str) -> float | None:
        value = as_number(cell)
        return value if value is not None and low <= value <= high else None

    return Column(name, f"{quantity} of {low:g} to {high:g}", parse)


def integer(name: str, low: int, high: int) -> Column:
    """A column of integers from low to high, inclusive; 3.0 counts as one."""

    def parse(cell: str) -> int | None:
        value = as_number(cell)
        return int(value) if value is not None and low <= value <= high and value.is_integer() else None

    return Column(name, f"a whole number of {low} to {high}", parse)


def as_number(cell: str) -> float | None:
    """Return a cell's number, or None if it is not one."""
    word = cell.strip()
    return float(word.replace(",", ".")) if NUMBER.fullmatch(word) else None


def read_table(path: Path, schema: Schema) -> list[Row]:
    """Read and validate the rows of a table.

    Args:
        path: the CSV; pictures are in `images` beside it.
        schema: of the table.

    Raises:
        DataError: there is no such file, or it does not match the schema.
    """
    rows: list[Row] = []
    first: dict[tuple[Any, ...], int] = {}
    for line, cells in read_cells(path, schema.names):
        values = {
            column.name: parse_cell(path, line, column, cells.get(column.name))
            for column in schema.columns
            if column.name in cells or not column.may_lack
        }
        lacking = {column.name: None for column in schema.columns if column.name not in values}
        row = Row(line, {**values, **lacking}, box_of(path, line, cells, values, schema.boxes))
        rows.append(row)
        key = tuple(row[name] for name in schema.unique)
        if key and first.setdefault(key, line) != line:
            raise DataError(
                f"expected each {' and '.join(schema.unique)} once in {path}; line {line} has "
                f"{', '.join(map(str, key))}, as line {first[key]} has. Delete one of the two."
            )
    if not rows and not schema.may_be_empty:
        raise DataError(f"expected a row or more in {path}, after the header; received no row.")
    return rows


def require_items(items: list[Item], part: str, path: Path) -> list[Item]:
    """Return a table's rows for a part of the data, if there are any.

    Raises:
        DataError: there are none.
    """
    if not items:
        raise DataError(
            f"expected pictures for {part} in {path}; none of its rows is. The column split, test_fold or "
            "split_60_40 parts training from test, and the names of the files hold a share of the former out for "
            "validation: add rows."
        )
    return items


def parse_cell(path: Path, line: int, column: Column, cell: str | None) -> Value:
    """Return a cell's value.

    Raises:
        DataError: it is not valid for its column.
    """
    value = column.parse(cell or "")
    if value is None:
        received = repr(cell) if cell and cell.strip() else "an empty cell"
        raise DataError(
            f"expected {column.expected} in {path}, line {line}, column {column.name}; received {received}."
        )
    return value


def box_of(
    path: Path, line: int, cells: Mapping[str, str], values: Mapping[str, Value], boxes: Boxes | None
) -> Box | None:
    """Return a row's box, or None if it has none and need not have one.

    Raises:
        DataError: a side is not a number or not positive, or too little of the box is inside its picture.
    """
    if boxes is None or (boxes.may_be_empty and not any(cells[name].strip() for name in SIDES)):
        return None
    ignored = boxes.ignored is not None and values[boxes.ignored] == 1
    lowest = {"x": -FARTHEST, "y": -FARTHEST, "w": 0.0 if ignored else MIN_SIDE, "h": 0.0 if ignored else MIN_SIDE}
    columns = [number(name, low, FARTHEST, "pixels") for name, low in lowest.items()]
    box = Box(*(float(parse_cell(path, line, column, cells[column.name])) for column in columns))
    if ignored:
        return box
    size = picture_size(path, values, boxes)
    width, height = size or (FARTHEST, FARTHEST)
    if box.clip(width, height).area < boxes.inside * box.area:
        where = f"the picture of {width:g} x {height:g} pixels" if size else "the picture"
        raise DataError(
            f"expected a box inside {where} in {path}, line {line}, columns x, y, w, h; received "
            f"{', '.join(f'{side:g}' for side in box.as_list())}."
        )
    return box


def picture_size(path: Path, values: Mapping[str, Value], boxes: Boxes) -> tuple[float, float] | None:
    """Return (width, height) in pixels of a row's picture, or None if unknown.

    A missing or damaged picture is reported by the code that opens it.
    """
    if boxes.size is not None:
        width, height = (float(values[name]) for name in boxes.size)
        return width, height
    if boxes.inside > 0:
        with suppress(DataError):
            return upright_size(path, path.parent / "images" / str(values["file"]))
    return None
