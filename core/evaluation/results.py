"""One model's predictions on a test set, a row per face: written by gen_results and read by everything after it."""

from __future__ import annotations

import csv
import dataclasses
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.errors import ReportError
from core.output.escaping import CsvWriter
from core.output.files import atomic_write_text


@dataclass(frozen=True, slots=True)
class Row:
    """One face. score and rating are on the scale of 1 to 5; probability is that of the predicted label."""

    file: str
    """The picture's name, its id."""
    group: str
    source: str
    score: float
    """The panel's mean rating, the target."""
    label: str
    """The class of the score."""
    rating: float
    """The prediction."""
    predicted: str
    """The class of the rating."""
    probability: float


COLUMNS = tuple(field.name for field in dataclasses.fields(Row))


def write_results(path: Path, rows: list[Row]) -> None:
    """Write a CSV with a header, creating its folder. An existing file is replaced atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write_text(path) as stream:
        writer = CsvWriter(stream)
        writer.writerow(COLUMNS)
        for row in rows:
            values = [getattr(row, name) for name in COLUMNS]
            writer.writerow([f"{value:.6g}" if isinstance(value, float) else value for value in values])


def read_results(path: Path) -> list[Row]:
    """Read a file of write_results.

    Raises:
        ReportError: the file is missing or damaged, lacks a column, or contains an invalid number.
    """
    if not path.is_file():
        raise ReportError(
            "expected results in {path}; it does not exist. Run: python -m training gen_results", path=path
        )
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            reader = csv.DictReader(stream)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or [])]
            if missing:
                raise ReportError(
                    "expected the columns {columns} in {path}; missing: {missing}.",
                    columns=", ".join(COLUMNS),
                    path=path,
                    missing=", ".join(missing),
                )
            return [parse_row(path, number, line) for number, line in enumerate(reader, 2)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ReportError(
            "expected a CSV in UTF-8 in {path}; it is damaged: {error}.", path=path, error=error
        ) from error


def parse_row(path: Path, number: int, line: dict[str, str]) -> Row:
    """Parse one line of a CSV."""
    try:
        score, rating, probability = (float(line[name]) for name in ("score", "rating", "probability"))
    except (TypeError, ValueError) as error:
        raise ReportError(
            "expected numbers as score, rating and probability in {path}, line {number}: {error}.",
            path=path,
            number=number,
            error=error,
        ) from error
    return Row(
        line["file"], line["group"], line["source"], score, line["label"], rating, line["predicted"], probability
    )


def scores_of(rows: list[Row]) -> np.ndarray:
    """The targets, shape (n,)."""
    return np.array([row.score for row in rows])


def ratings_of(rows: list[Row]) -> np.ndarray:
    """The predictions, shape (n,)."""
    return np.array([row.rating for row in rows])
