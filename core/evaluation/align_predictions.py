"""Aligns several models' results on the same faces."""

from __future__ import annotations

import math
from collections.abc import Mapping

from core.errors import ReportError
from core.evaluation.results import Row

AGAIN = "Write both again with: python -m training gen_results"

Members = dict[str, list[Row]]
"""Each model's results: the same faces in the same order."""


def align_predictions(results: Mapping[str, list[Row]]) -> Members:
    """Bring the results of one or more models into the first one's order.

    Raises:
        ReportError: results are empty, contain invalid numbers, or are not for the same faces with the same scores.
    """
    for name, rows in results.items():
        check_rows(name, rows)
    first = next(iter(results))
    return {name: align_rows(first, results[first], name, rows) for name, rows in results.items()}


def check_rows(name: str, rows: list[Row]) -> None:
    """Reject results that are empty, contain a face twice, or contain a number that cannot be averaged.

    Raises:
        ReportError: they do.
    """
    if not rows:
        raise ReportError("expected a row for each test face in the results of {name}; there are no rows.", name=name)
    seen: set[str] = set()
    for row in rows:
        if row.file in seen:
            raise ReportError(
                "expected each face once in the results of {name}; {file} occurs twice.", name=name, file=row.file
            )
        seen.add(row.file)
        if not math.isfinite(row.score + row.rating):
            raise ReportError(
                "expected numbers as score and rating in the results of {name}; {file} has {score} and {rating}.",
                name=name,
                file=row.file,
                score=row.score,
                rating=row.rating,
            )


def align_rows(reference: str, expected: list[Row], name: str, rows: list[Row]) -> list[Row]:
    """Return rows in the order of the reference's.

    Raises:
        ReportError: a face is missing or extra, or its score or label differs.
    """
    by_file = {row.file: row for row in rows}
    wanted = {row.file for row in expected}
    for row in [*expected, *rows]:
        if row.file not in by_file or row.file not in wanted:
            raise ReportError(
                "expected the same faces in the results of {reference} and {name}; {file} is only in those of {owner}. "
                "{again}",
                reference=reference,
                name=name,
                file=row.file,
                owner=reference if row.file in wanted else name,
                again=AGAIN,
            )
    for row in expected:
        other = by_file[row.file]
        if (row.score, row.label) != (other.score, other.label):
            raise ReportError(
                "expected the same score and label for each face in the results of {reference} and {name}; {file} has "
                "{score:g} ({label}) in the one and {other_score:g} ({other_label}) in the other. {again}",
                reference=reference,
                name=name,
                file=row.file,
                score=row.score,
                label=row.label,
                other_score=other.score,
                other_label=other.label,
                again=AGAIN,
            )
    return [by_file[row.file] for row in expected]
