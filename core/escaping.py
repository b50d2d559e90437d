"""Texts of any kind in any output: what an encoding cannot hold is escaped, and no cell of a CSV is a formula.

File names may hold what is no Unicode (as lone surrogates, see os.fsdecode); a console may know few characters.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from typing import Any, TextIO

LINE_ENDS = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}
"""Characters that JSON allows in texts, and at which some readers of lines end one."""

NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|inf|nan)")

FORMULA = re.compile(
    r"(?:^(?='*[\t\r\n])|(?:^|(?<=[;\t\r\n]))(?='*\ *[=+\-@\uff1d\uff0b\uff0d\uff20]))",
)
"""Where a spreadsheet would see a formula begin: at the beginning of a cell, and after what separates cells where
commas do not."""


def escaped(text: str, encoding: str = "utf-8") -> str:
    """A text with what an encoding cannot hold as Python's escapes, such as \\udcff."""
    return text.encode(encoding, "backslashreplace").decode(encoding)


def json_text(value: object, encoding: str = "utf-8", **options: Any) -> str:
    """A value as JSON; its own escapes stand for what the encoding cannot hold. options: of json.dumps."""
    text = json.dumps(value, ensure_ascii=False, **options)
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return json.dumps(value, **options)
    return text


def json_line(value: object, encoding: str = "utf-8") -> str:
    """A value as JSON in one line, without its end."""
    return json_text(value, encoding).translate(LINE_ENDS)


def defuse_formula(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: with an apostrophe before what would be one. Numbers stay."""
    return text if NUMBER.fullmatch(text) else FORMULA.sub("'", text)


class CsvWriter:
    """Writes rows as CSV: lines end in a line feed, texts are harmless and escaped."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._encoding = encoding_of(stream)
        self._line = io.StringIO()
        # So that cells with either kind of line end are put in quotes.
        self._writer = csv.writer(self._line, lineterminator="\r\n")

    def writerow(self, cells: Iterable[Any]) -> None:
        """Write one row."""
        self._writer.writerow([self._cell(cell) for cell in cells])
        self._stream.write(self._line.getvalue().removesuffix("\r\n") + "\n")
        self._line.seek(0)
        self._line.truncate()

    def writerows(self, rows: Iterable[Iterable[Any]]) -> None:
        """Write several."""
        for row in rows:
            self.writerow(row)

    def _cell(self, cell: Any) -> Any:
        return escaped(defuse_formula(cell), self._encoding) if isinstance(cell, str) else cell


def encoding_of(stream: TextIO) -> str:
    """What a stream of text is written in; UTF-8 where it does not say."""
    return getattr(stream, "encoding", None) or "utf-8"


def escape_unencodable_output(*streams: TextIO) -> None:
    """Have streams escape what they cannot hold, instead of failing."""
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
