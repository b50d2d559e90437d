"""Faces of UTKFace with their labelled ages, in the boxes that a detector finds."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path

from core.detect import Detector
from core.face import Box
from training.data.duplicates import fingerprint, groups
from training.data.faces import in_share, load_rgb, read_rows

SHARES = {"train": (0.0, 0.7), "test": (0.7, 1.0)}
"""By checksum of the name; of pictures that are copies of one another, by that of the first."""

GENDERS = ("male", "female")
RACES = ("White", "Black", "Asian", "Indian", "other")


@dataclass(frozen=True, slots=True)
class AgedFace:
    """A labelled face.

    age: years, an estimate of UTKFace's makers. gender, race: as they label them. group: the checksum that it shares
    with its copies, by which folds are made.
    """

    path: Path
    box: Box
    age: int
    gender: str
    race: str
    group: int


def fold_of(face: AgedFace, folds: int) -> int:
    """A fold from 0, whatever part the face is in."""
    return face.group // 10_000 % folds


def leaders(paths: list[Path]) -> dict[Path, Path]:
    """Each picture's first copy, itself where there is none before it."""
    prints = [fingerprint(load_rgb(path)) for path in paths]
    return {paths[index]: paths[min(group)] for group in groups(prints) for index in group}


def load_aged(data: Path, part: str, detector: Detector) -> list[AgedFace]:
    """The faces of a part of UTKFace; pictures in which the detector finds none are left out.

    Args:
        data: the data folder.
        part: "train" or "test".
        detector: finds the faces, as in the app.

    Raises:
        DataError: the label file is missing. KeyError: no such part.
    """
    low, high = SHARES[part]
    rows = {data / "utkface" / "images" / row["file"]: row for row in read_rows(data / "utkface" / "labels.csv")}
    found = []
    for path, leader in leaders(sorted(rows)).items():
        if not in_share(leader.name, low, high):
            continue
        row = rows[path]
        faces = detector.detect(load_rgb(path))
        if faces:
            gender, race = GENDERS[int(row["gender"])], RACES[int(row["race"])]
            group = zlib.crc32(leader.name.encode())
            found.append(AgedFace(path, faces[0].box, int(row["age"]), gender, race, group))
    return found
