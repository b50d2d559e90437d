"""Pictures with face boxes (FDDB, WIDER FACE, Helen) and pictures without a face, from a data folder."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path

from core.face import Box
from training.data.conventions import to_fairest
from training.data.schemas import FACES
from training.data.tables import Row, read_table, require_items
from training.errors import DataError


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with its face boxes in Fairest's convention; `drawn` has them in the set's own.

    boxes and ignored are pixels of the picture: an ignored face (tiny or marked invalid) is neither a target nor
    background.
    """

    path: Path
    source: str
    boxes: tuple[Box, ...]
    drawn: tuple[Box, ...]
    ignored: tuple[Box, ...]

    @property
    def single(self) -> bool:
        """Whether one face is labelled and none is marked to be ignored."""
        return len(self.boxes) == 1 and not self.ignored


def in_share(name: str, low: float, high: float) -> bool:
    """Whether a name falls into a share of [0, 1) by its checksum: a split independent of order."""
    return low <= (zlib.crc32(name.encode()) % 10_000) / 10_000 < high


VALIDATION_SHARE = 0.08
"""Share of the training pictures held out to choose epochs and thresholds."""


def load_faces(data: Path, part: str) -> list[Picture]:
    """Load the pictures of `faces/boxes.csv`.

    Args:
        data: the data folder.
        part: "train", "validation" (held out of train) or "test" (the file's own "val", not used for any choice).

    Raises:
        DataError: the table is missing or malformed, or has no picture in this part. ValueError: no such part.
    """
    if part not in ("train", "validation", "test"):
        raise ValueError(f"expected train, validation or test; received {part!r}")
    split = "val" if part == "test" else "train"
    rows_by_file: dict[str, list[Row]] = {}
    table = data / "faces" / "boxes.csv"
    for row in read_table(table, FACES):
        if row["split"] == split:
            rows_by_file.setdefault(row["file"], []).append(row)
    pictures = []
    for name, rows in rows_by_file.items():
        held_out = in_share(name, 0.0, VALIDATION_SHARE)
        if part != "test" and held_out != (part == "validation"):
            continue
        source = rows[0]["set"]
        kept: list[Box] = []
        ignored: list[Box] = []
        for row in rows:
            if row.box is not None:
                (ignored if row["ignore"] else kept).append(row.box)
        pictures.append(
            Picture(
                path=data / "faces" / "images" / name,
                source=source,
                boxes=tuple(to_fairest(box, source) for box in kept),
                drawn=tuple(kept),
                ignored=tuple(to_fairest(box, source) for box in ignored),
            )
        )
    return require_items(pictures, part, table)


NEGATIVE_SHARES = {"train": (0.0, 0.6), "validation": (0.6, 0.7), "test": (0.7, 1.0)}


def load_negatives(data: Path, part: str) -> list[Path]:
    """List the pictures without a face: 60 % train, 10 % validation, 30 % test, by the checksum of their names.

    Raises:
        DataError: there are none. KeyError: no such part.
    """
    low, high = NEGATIVE_SHARES[part]
    paths = sorted((data / "negatives").glob("*.*"))
    if not paths:
        raise DataError(f"expected pictures in {data / 'negatives'}; there are none. Point --data at the data folder.")
    return [path for path in paths if in_share(path.name, low, high)]
