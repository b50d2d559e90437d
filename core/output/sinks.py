"""Writes results as JSON Lines or CSV, one picture at a time: all output of `python -m core`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, TextIO

from core.face import Face
from core.output.escaping import CsvWriter, encoding_of, json_line

BOX_COLUMNS = ("x", "y", "w", "h")
FACE_COLUMNS = ("detection", "rating", "label", "probability", "age", "refused", "track")
COLUMNS = ("file", "width", "height", "error", "ms", *BOX_COLUMNS, *FACE_COLUMNS)


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one picture. If it could not be read, width, height and ms are None and faces is empty."""

    file: str
    width: int | None
    height: int | None
    error: str | None
    ms: float | None
    faces: list[Face]

    def to_dict(self) -> dict[str, Any]:
        """Return the file contract's JSON object."""
        return {
            "file": self.file,
            "width": self.width,
            "height": self.height,
            "error": self.error,
            "ms": None if self.ms is None else round(self.ms, 1),
            "faces": [face.to_dict() for face in self.faces],
        }

    def rows(self) -> list[dict[str, Any]]:
        """Return the file contract's CSV rows: one for each face, or one with the error."""
        record = self.to_dict()
        faces = record.pop("faces")
        if self.error is not None:
            return [record]
        return [record | dict(zip(BOX_COLUMNS, face.pop("box"), strict=True)) | face for face in faces]


class Sink(Protocol):
    """Takes results one at a time."""

    def write(self, result: Result) -> None:
        """Write one picture's result immediately."""
        ...


class JsonLinesSink:
    """One JSON object per line."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._encoding = encoding_of(stream)

    def write(self, result: Result) -> None:
        """Write one result as one JSON line."""
        self._stream.write(json_line(result.to_dict(), self._encoding) + "\n")
        self._stream.flush()


class CsvSink:
    """A header, then one row per face. Texts that a spreadsheet would run as a formula get an apostrophe."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._writer = CsvWriter(stream)
        self._writer.writerow(COLUMNS)

    def write(self, result: Result) -> None:
        """Write one result as one row per face."""
        self._writer.writerows([row.get(column) for column in COLUMNS] for row in result.rows())
        self._stream.flush()


SINKS: dict[str, type[JsonLinesSink] | type[CsvSink]] = {"jsonl": JsonLinesSink, "csv": CsvSink}
