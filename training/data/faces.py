"""Pictures with face boxes (FDDB, WIDER FACE, Helen) and pictures without a face, from a data folder."""

from __future__ import annotations

import csv
import functools
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.errors import ImageError
from core.face import Box
from core.images import read_picture
from core.settings import Settings, load_settings
from training.data.conventions import to_fairest
from training.errors import DataError


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with the boxes drawn on it, in Fairest's convention; `drawn` keeps the set's own drawing.

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


def load_rgb(path: Path) -> np.ndarray:
    """Read a training picture as the app does: sRGB uint8 (height, width, 3), upright, within the settings' limits.

    Raises:
        DataError: the file is missing, or no picture that the app would open. SettingsError: there are no settings.
    """
    settings = limits()
    try:
        return read_picture(path, settings.max_picture_mb, settings.max_megapixels)
    except ImageError as error:
        raise DataError(
            f"expected a picture; {path} is missing or cannot be read. Is --data the data folder? {error}"
        ) from error


@functools.cache
def limits() -> Settings:
    """The settings, read once: millions of pictures are opened by them.

    Raises:
        SettingsError: see load_settings.
    """
    return load_settings()


def in_share(name: str, low: float, high: float) -> bool:
    """Whether a name falls into a share of [0, 1) by its checksum: a split that never depends on order."""
    return low <= (zlib.crc32(name.encode()) % 10_000) / 10_000 < high


VALIDATION_SHARE = 0.08
"""Of the training pictures, what is held out to choose epochs and thresholds."""


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV with a header.

    Raises:
        DataError: there is no such file.
    """
    if not path.is_file():
        raise DataError(f"expected {path.name} in {path.parent}; there is none. Point --data at the data folder.")
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def load_faces(data: Path, part: str) -> list[Picture]:
    """Pictures of `faces/boxes.csv`.

    Args:
        data: the data folder.
        part: "train", "validation" (held out of train) or "test" (the file's own "val", never chosen upon).

    Raises:
        DataError: the file is missing. ValueError: no such part.
    """
    if part not in ("train", "validation", "test"):
        raise ValueError(f"expected train, validation or test; received {part!r}")
    split = "val" if part == "test" else "train"
    found: dict[str, list[dict[str, str]]] = {}
    for row in read_rows(data / "faces" / "boxes.csv"):
        if row["split"] == split:
            found.setdefault(row["file"], []).append(row)
    pictures = []
    for name, rows in found.items():
        held_out = in_share(name, 0.0, VALIDATION_SHARE)
        if part != "test" and held_out != (part == "validation"):
            continue
        source = rows[0]["set"]
        kept: list[Box] = []
        ignored: list[Box] = []
        for row in rows:
            box = Box(*(float(row[key]) for key in "xywh"))
            (ignored if row["ignore"] == "1" else kept).append(box)
        pictures.append(
            Picture(
                path=data / "faces" / "images" / name,
                source=source,
                boxes=tuple(to_fairest(box, source) for box in kept),
                drawn=tuple(kept),
                ignored=tuple(to_fairest(box, source) for box in ignored),
            )
        )
    return pictures


NEGATIVE_SHARES = {"train": (0.0, 0.6), "validation": (0.6, 0.7), "test": (0.7, 1.0)}


def load_negatives(data: Path, part: str) -> list[Path]:
    """Pictures without a face: 60 % train, 10 % validation, 30 % test, by the checksum of their names.

    Raises:
        DataError: there are none. KeyError: no such part.
    """
    low, high = NEGATIVE_SHARES[part]
    every = sorted((data / "negatives").glob("*.*"))
    if not every:
        raise DataError(f"expected pictures in {data / 'negatives'}; there are none. Point --data at the data folder.")
    return [path for path in every if in_share(path.name, low, high)]
