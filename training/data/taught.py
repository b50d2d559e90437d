"""Ratings by trained models: additional training data for a network without ImageNet weights.

A teacher's file has the columns panel (the data set's folder), file, x, y, w, h (the box, Fairest's convention) and
rating. It is written by `python -m training teach`, from models that never saw the test fold.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from training.data.rated import PANELS, RatedFace
from training.data.schemas import TEACHER
from training.data.tables import read_table

SHARE = 0.5
"""Weight of the teacher in the target of a face that a panel has rated, too."""


@dataclass(frozen=True, slots=True)
class Teacher:
    """Trained models' ratings of faces.

    ratings: 1 to 5, by picture. unrated: the faces among them that no panel has rated, with the teacher's rating.
    """

    ratings: dict[Path, float]
    unrated: list[RatedFace]


def load_teacher(data: Path, teacher: Path) -> Teacher:
    """Read a teacher's file.

    Args:
        data: the data folder.
        teacher: the file.

    Raises:
        DataError: it is missing or malformed.
    """
    ratings, unrated = {}, []
    for row in read_table(teacher, TEACHER):
        path = data / row["panel"] / "images" / row["file"]
        ratings[path] = row["rating"]
        if row.box is not None and row["panel"] not in PANELS:
            unrated.append(RatedFace(path, row.box, row["rating"], "unrated", row["panel"]))
    return Teacher(ratings, unrated)


def mix_teacher_ratings(faces: list[RatedFace], data: Path, teacher: Path) -> list[RatedFace]:
    """Return training faces with the teacher's ratings mixed in, and the faces that only the teacher has rated.

    Args:
        faces: rated by a panel.
        data: the data folder.
        teacher: the teacher's file.

    Raises:
        DataError: the teacher's file is missing or malformed.
    """
    predictions = load_teacher(data, teacher)
    mixed = [
        replace(face, score=mix(predictions.ratings[face.path], face.score))
        if face.path in predictions.ratings
        else face
        for face in faces
    ]
    return mixed + predictions.unrated


def mix(taught: float, rated: float) -> float:
    """Return the target for a face that a teacher and a panel have rated, 1 to 5."""
    return SHARE * taught + (1 - SHARE) * rated
