"""Rated faces that look under 18, which no classifier is trained on.

`python -m training adults` recreates the list with the shipped guard.
"""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path

from core.output.files import atomic_write_text
from training.data.rated import RatedFace
from training.data.schemas import REFUSED
from training.data.tables import read_table
from training.errors import DataError

LIST = Path(__file__).with_name("refused.csv")
COLUMNS = ("set", "file", "age")


def picture_key(path: Path) -> tuple[str, str]:
    """Return (data set, file name) of a picture DATA/SET/images/FILE."""
    return path.parent.parent.name, path.name


@lru_cache(maxsize=4)
def load_refused(path: Path = LIST) -> frozenset[tuple[str, str]]:
    """Read the keys of the faces on the list.

    Raises:
        DataError: the list is missing or malformed.
    """
    return frozenset((row["set"], row["file"]) for row in read_table(path, REFUSED))


def adults_only(faces: list[RatedFace]) -> list[RatedFace]:
    """Return the faces that are not on the list, in the same order.

    Raises:
        DataError: the list is malformed, or all faces are on it.
    """
    kept = [face for face in faces if picture_key(face.path) not in load_refused()]
    if faces and not kept:
        raise DataError(
            f"expected faces of adults; all {len(faces)} of this part are on the list of those that look under 18, "
            f"{LIST}. Add pictures."
        )
    return kept


def write_list(rows: list[tuple[RatedFace, float]], path: Path = LIST) -> None:
    """Write the list of refused faces with their apparent ages, years."""
    with atomic_write_text(path) as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(
            (*picture_key(face.path), f"{age:.1f}")
            for face, age in sorted(rows, key=lambda row: picture_key(row[0].path))
        )
