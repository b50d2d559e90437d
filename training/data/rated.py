"""Rated faces: SCUT-FBP5500, 5,500 portraits with the mean opinion of 60 raters, 1 to 5."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.face import Box
from training.data.conventions import to_fairest
from training.data.faces import in_share, read_rows

VALIDATION_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class RatedFace:
    """A picture of one face and its panel's mean opinion; the box is in Fairest's convention."""

    path: Path
    box: Box
    score: float
    group: str
    source: str


def load_scut(data: Path, part: str, test_fold: int = 1) -> list[RatedFace]:
    """The faces of SCUT-FBP5500 whose box is known.

    Args:
        data: the data folder.
        part: "train", "validation" (a tenth of the training folds, by checksum of the name) or "test".
        test_fold: 1 to 5, the fold that is never trained on.

    Raises:
        DataError: the label file is missing. ValueError: no such part or fold.
    """
    if part not in ("train", "validation", "test") or test_fold not in range(1, 6):
        raise ValueError(f"expected train, validation or test, and a fold of 1 to 5; received {part!r}, {test_fold!r}")
    folder = data / "scut_fbp5500"
    faces = []
    for row in read_rows(folder / "labels.csv"):
        if not row["x"]:
            continue
        in_test = int(row["test_fold"]) == test_fold
        held_out = in_share(row["file"], 0.0, VALIDATION_SHARE)
        if in_test != (part == "test") or (not in_test and held_out != (part == "validation")):
            continue
        box = to_fairest(Box(*(float(row[key]) for key in "xywh")), "scut_fbp5500")
        path = folder / "images" / row["file"]
        faces.append(RatedFace(path, box, float(row["score"]), row["group"], row["source"]))
    return faces
