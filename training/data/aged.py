"""Faces of three data sets with age labels, in a detector's boxes, split so that no copy is in two parts.

    python -m training ages --data DATA --backbone-weights FACERES.npz

UTKFace and All-Age-Faces label years, FairFace's decades an interval. The table has a row per face: its path, box,
youngest and oldest age, and its part. UTKFace's test part is the same as in earlier versions; whatever looks like a
copy of a test picture, in any set, is in no other part.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.face import Box
from core.models.ages import OLDEST
from core.output.files import atomic_write_text
from training.data.duplicates import connected_components, fingerprint, group_copies
from training.data.faces import in_share
from training.data.pictures import load_rgb
from training.data.schemas import AAF, AGED, FAIRFACE_DECADES, UTKFACE
from training.data.tables import Row, read_table
from training.errors import DataError

PARTS = ("train", "validation", "test")

TESTED = {"utkface": (0.7, 1.0), "aaf": (0.85, 1.0), "fairface_decades": (0.9, 1.0)}
"""Shares of each set, by checksum of the name, in the test part; for UTKFace, of its original faces."""

VALIDATION = (0.0, 0.12)
"""Share of each set, by checksum of the name, in the validation part, on which epochs and thresholds are chosen."""

GENDERS = ("male", "female")
RACES = ("White", "Black", "Asian", "Indian", "other")
COLUMNS = ("set", "file", "x", "y", "w", "h", "low", "high", "gender", "race", "part")


@dataclass(frozen=True, slots=True)
class Label:
    """A set's label of one of its pictures.

    low, high: youngest and oldest age, years, both included; equal if the set labels years.
    gender, race: as labelled by the set; All-Age-Faces, most of whose faces are Asian, does not label race.
    first: whether it was among UTKFace's faces before more were added.
    """

    path: Path
    low: int
    high: int
    gender: str
    race: str
    first: bool = False

    @property
    def source(self) -> str:
        """The set's folder."""
        return self.path.parent.parent.name


@dataclass(frozen=True, slots=True)
class AgedFace:
    """A labelled face with its box, pixels, Fairest's convention."""

    label: Label
    box: Box

    @property
    def path(self) -> Path:
        """Path of the picture."""
        return self.label.path

    @property
    def age(self) -> float:
        """Labelled age in years; the middle of an interval."""
        return (self.label.low + self.label.high) / 2

    @property
    def exact(self) -> bool:
        """Whether the label is a year, not an interval."""
        return self.label.low == self.label.high


def decade_years(decade: str) -> tuple[int, int]:
    """First and last year of "10-19"; "more than 70" extends to the last year of the distribution."""
    if decade.startswith("more than "):
        return int(decade.removeprefix("more than ")), OLDEST
    low, high = decade.split("-")
    return int(low), int(high)


def read_labels(data: Path) -> list[Label]:
    """Read the labels of the three sets' pictures.

    Raises:
        DataError: a label file is missing.
    """

    def path(source: str, row: Row) -> Path:
        return data / source / "images" / str(row["file"])

    labels = []
    for row in read_table(data / "utkface" / "labels.csv", UTKFACE):
        age, gender, race = row["age"], GENDERS[row["gender"]], RACES[row["race"]]
        labels.append(Label(path("utkface", row), age, age, gender, race, row["part"] in (None, "first")))
    for row in read_table(data / "aaf" / "labels.csv", AAF):
        labels.append(Label(path("aaf", row), row["age"], row["age"], GENDERS[row["gender"]], "Asian"))
    for row in read_table(data / "fairface_decades" / "labels.csv", FAIRFACE_DECADES):
        label = path("fairface_decades", row), *decade_years(row["decade"]), row["gender"].lower(), row["race"]
        labels.append(Label(*label))
    return labels


def original_test_part(labels: Sequence[Label], prints: Sequence[np.ndarray]) -> set[Path]:
    """Return UTKFace's test part as in earlier versions: of the original faces, by the name of the first copy."""
    originals = sorted((label.path, number) for number, label in enumerate(labels) if label.first)
    tested: set[Path] = set()
    for group in group_copies([prints[number] for _, number in originals]):
        if in_share(originals[min(group)][0].name, *TESTED["utkface"]):
            tested.update(originals[index][0] for index in group)
    return tested


def assign_parts(
    labels: Sequence[Label], prints: Sequence[np.ndarray], alike: Iterable[tuple[int, int]]
) -> list[str | None]:
    """Return the part of each picture, or None for one that would put a copy of a test picture into training.

    Args:
        labels: of the pictures.
        prints: their fingerprints, in the same order.
        alike: pairs of pictures, by index, that are otherwise recognised as copies.
    """
    always_tested = original_test_part(labels, prints)
    groups = connected_components(len(labels), [*pairs_of(group_copies(prints)), *alike])
    parts: list[str | None] = [None] * len(labels)
    for group in groups:
        leader = labels[min(group)]
        tested = [number for number in group if labels[number].path in always_tested]
        share = TESTED[leader.source]
        if tested:
            for number in tested:
                parts[number] = "test"
            continue
        if leader.source != "utkface" and in_share(leader.path.name, *share):
            part = "test"
        else:
            part = "validation" if in_share(leader.path.name, *VALIDATION) else "train"
        for number in group:
            parts[number] = part
    return parts


def pairs_of(groups: Iterable[Sequence[int]]) -> list[tuple[int, int]]:
    """Convert each group to pairs with its first member."""
    return [(group[0], member) for group in groups for member in group[1:]]


def prepare(
    labels: Sequence[Label],
    detect: Callable[[Sequence[Path]], Iterable[Box | None]],
    alike: Callable[[Sequence[Path], Sequence[Box]], Iterable[tuple[int, int]]],
    out: Path,
) -> int:
    """Write the table; return the number of faces in it.

    Args:
        labels: of the pictures.
        detect: returns the box of the most confident face in each, None if there is none; such a picture is left out.
        alike: returns pairs of pictures, by index, whose faces look like copies.
        out: the table.
    """
    boxes = list(detect([label.path for label in labels]))
    detected = [(label, box) for label, box in zip(labels, boxes, strict=True) if box is not None]
    kept_labels, kept_boxes = [label for label, _ in detected], [box for _, box in detected]
    prints = [fingerprint(load_rgb(label.path)) for label in kept_labels]
    parts = assign_parts(kept_labels, prints, alike([label.path for label in kept_labels], kept_boxes))
    out.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with atomic_write_text(out) as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        for label, box, part in zip(kept_labels, kept_boxes, parts, strict=True):
            if part is None:
                continue
            sides = [round(float(value), 1) for value in (box.x, box.y, box.w, box.h)]
            writer.writerow(
                [label.source, label.path.name, *sides, label.low, label.high, label.gender, label.race, part]
            )
            written += 1
    return written


def load_aged(data: Path, part: str, table: Path) -> list[AgedFace]:
    """Load the faces of a part.

    Args:
        data: the data folder.
        part: one of PARTS.
        table: as written by `prepare`.

    Raises:
        DataError: the table is missing. ValueError: no such part.
    """
    if part not in PARTS:
        raise ValueError(f"expected one of {', '.join(PARTS)}; received {part!r}")
    if not table.is_file():
        raise DataError(f"expected the table of aged faces in {table}; there is none. Run: python -m training ages")
    faces = []
    for row in read_table(table, AGED):
        if row["part"] == part and row.box is not None:
            path = data / row["set"] / "images" / row["file"]
            faces.append(AgedFace(Label(path, row["low"], row["high"], row["gender"], row["race"]), row.box))
    return faces
