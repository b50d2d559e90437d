"""Ratings that trained models give: what a network without ImageNet weights learns from beside the panels' scores.

A teacher's file has the columns panel (the data set's folder), file, x, y, w, h (the box, Fairest's convention) and
rating. It is written by `python -m training teach`, from models that never saw the test fold.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from training.data.rated import PANELS, RatedFace
from training.data.schemas import TEACHER
from training.data.tables import read_table

SHARE = 0.5
"""Of the teacher in the target of a face that a panel has rated too."""


def mix_teacher_ratings(faces: list[RatedFace], data: Path, teacher: Path) -> list[RatedFace]:
    """Training faces with the teacher's ratings mixed in, and the faces that only the teacher has rated.

    Args:
        faces: rated by a panel.
        data: the data folder.
        teacher: the teacher's file.

    Raises:
        DataError: the teacher's file is missing or malformed.
    """
    rows = read_table(teacher, TEACHER)
    ratings = {data / row["panel"] / "images" / row["file"]: row["rating"] for row in rows}
    mixed = [
        replace(face, score=SHARE * ratings[face.path] + (1 - SHARE) * face.score) if face.path in ratings else face
        for face in faces
    ]
    unrated = [
        RatedFace(
            data / row["panel"] / "images" / row["file"],
            row.box,
            row["rating"],
            "unrated",
            row["panel"],
        )
        for row in rows
        if row.box is not None and row["panel"] not in PANELS
    ]
    return mixed + unrated
