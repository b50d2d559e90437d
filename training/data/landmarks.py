"""Faces with five landmarks from a teacher: the landmark network's training data.

The table is written by `python -m training landmarks` (training.data.teach_landmarks).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.face import Box
from training.data.faces import in_share
from training.data.schemas import LANDMARKS
from training.data.tables import read_table

POINTS = 5
"""Both corners of the eye on the right of the picture, outer one first, those of the eye on the left, and the point
below the nose."""

MIRRORED = (2, 3, 0, 1, 4)
"""The index in a face of each point of its mirror image."""

FOLDERS = (
    "scut_fbp5500/images",
    "mebeauty/images",
    "utkface/images",
    "faces/images/fddb",
    "faces/images/helen",
)
"""Folders below the data folder whose pictures are used."""

SHARES = {"train": (0.0, 0.85), "validation": (0.85, 0.9), "test": (0.9, 1.0)}
"""Parts by checksum of the name."""

DEFAULT_TABLE = Path("runs/landmarks.csv")

COLUMNS = ("file", "x", "y", "w", "h", *(f"{axis}{number}" for number in range(POINTS) for axis in "xy"))
"""Columns of the table: a picture below the data folder, the detector's box, and the points; pixels of the picture."""


@dataclass(frozen=True, slots=True)
class LandmarkFace:
    """An upright face. box: as Fairest's detector returns it. points: (5, 2), pixels of the picture."""

    path: Path
    box: Box
    points: np.ndarray


def load_landmarks(data: Path, table: Path, part: str) -> list[LandmarkFace]:
    """Load the faces of a part, in the table's order.

    Args:
        data: the data folder.
        table: see COLUMNS.
        part: "train", "validation" or "test".

    Raises:
        DataError: the table is missing or malformed. KeyError: no such part.
    """
    low, high = SHARES[part]
    faces = []
    for row in read_table(table, LANDMARKS):
        if row.box is not None and in_share(row["file"], low, high):
            points = np.array([row[column] for column in COLUMNS[5:]]).reshape(POINTS, 2)
            faces.append(LandmarkFace(data / row["file"], row.box, points))
    return faces
