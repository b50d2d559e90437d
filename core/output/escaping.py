"""Safe text output: characters that an encoding lacks are escaped, and no CSV cell can be read as a formula.

File names may contain bytes that are not Unicode (as lone surrogates, see os.fsdecode); a console's encoding may have
few characters.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from typing import Any, TextIO

LINE_ENDS = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}
"""Characters that JSON allows in strings but that some line readers treat as the end of a line."""

NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|inf|nan)")

FORMULA = re.compile(
    r"(?:^(?='*[\t\r\n])|(?:^|(?<=[;\t\r\n]))(?='*\ *[=+\-@\uff1d\uff0b\uff0d\uff20]))",
)
"""Where a spreadsheet would see the start of a formula: at the start of a cell, and after a cell separator in locales
that do not separate by commas."""


def escaped(text: str, encoding: str = "utf-8") -> str:
    """Return the text with characters that the encoding lacks as Python escapes, such as \\udcff."""
    return text.encode(encoding, "backslashreplace").decode(encoding)


def json_text(value: object, encoding: str = "utf-8", **options: Any) -> str:
    """Return a value as JSON, with JSON escapes for what the encoding lacks. options: passed to json.dumps."""
    text = json.dumps(value, ensure_ascii=False, **options)
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return json.dumps(value, **options)
    return text


def json_line(value: object, encoding: str = "utf-8") -> str:
    """Return a value as JSON on one line, without the line ending."""
    return json_text(value, encoding).translate(LINE_ENDS)


def defuse_formula(text: str) -> str:
    """Put an apostrophe before a cell that a spreadsheet would take for a formula; numbers stay unchanged."""
    return text if NUMBER.fullmatch(text) else FORMULA.sub("'", text)


class CsvWriter:
    """Writes rows as CSV: lines end in a line feed, formulas are defused and texts escaped."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._encoding = encoding_of(stream)
        self._line = io.StringIO()
        # So that cells with either kind of line ending are quoted.
        self._writer = csv.writer(self._line, lineterminator="\r\n")

    def writerow(self, cells: Iterable[Any]) -> None:
        """Write one row."""
        self._writer.writerow([self._cell(cell) for cell in cells])
        self._stream.write(self._line.getvalue().removesuffix("\r\n") + "\n")
        self._line.seek(0)
        self._line.truncate()

    def writerows(self, rows: Iterable[Iterable[Any]]) -> None:
        """Write several rows."""
        for row in rows:
            self.writerow(row)

    def _cell(self, cell: Any) -> Any:
        return escaped(defuse_formula(cell), self._encoding) if isinstance(cell, str) else cell


def encoding_of(stream: TextIO) -> str:
    """The encoding of a text stream; UTF-8 if it has none."""
    return getattr(stream, "encoding", None) or "utf-8"


def escape_unencodable_output(*streams: TextIO) -> None:
    """Make the streams escape characters that they cannot encode instead of raising."""
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
