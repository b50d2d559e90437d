"""Rated faces of three panels: SCUT-FBP5500 (60 raters, 1 to 5), MEBeauty (about 24, 1 to 10) and OMI (37, 0 to 100).

Ratings are on SCUT-FBP5500's scale: MEBeauty's scores are mapped to it by a line fitted once
(`python -m training panels`), so that one output can be trained on both. OMI's faces are synthetic; only networks with
an output for each panel are trained on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.face import Box
from core.models.detector import Detector
from training.data.conventions import to_fairest
from training.data.faces import in_share
from training.data.pictures import load_rgb
from training.data.schemas import MEBEAUTY, OMI, SCUT_FBP5500
from training.data.tables import Row, read_table, require_items

VALIDATION_SHARE = 0.1
FOLDS = range(1, 6)
SPLIT_60_40 = 0
"""Stands in for a fold's number: SCUT-FBP5500's other split, with 60 % of the faces for training and 40 % for the test.
"""
PARTS = ("train", "validation", "test")


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps a panel's scores to SCUT-FBP5500's scale: slope * score + offset."""

    slope: float
    offset: float


PANELS = {"scut_fbp5500": Scale(1.0, 0.0), "mebeauty": Scale(0.458, 0.578), "omi": Scale(0.04, 1.0)}
"""Each panel's folder and the mapping of its scores; OMI's only maps the ends of its scale to those of the other."""

FIRST = "scut_fbp5500"
"""The panel whose scale ratings use, and whose test fold is that of the literature."""

ON_ONE_SCALE = ("scut_fbp5500", "mebeauty")
"""The panels that one output can be trained on."""

OMI_TESTED = (0.85, 1.0)
"""Share of OMI, by checksum of the name, in the test set."""

SAME_PICTURE = {
    "AM1019.webp": "AM1146.webp",
    "AM758.webp": "AM837.webp",
    "AM760.webp": "AM980.webp",
    "CF253.webp": "CF363.webp",
    "CM216.webp": "CM439.webp",
    "CM420.webp": "CM73.webp",
    "train_0001.webp": "val_1907.webp",
    "train_0187.webp": "val_1851.webp",
    "train_0779.webp": "val_1919.webp",
    "train_1061.webp": "val_1937.webp",
    "train_1095.webp": "val_1812.webp",
    "train_1306.webp": "val_1938.webp",
}
"""Pictures that a set contains twice, on both sides of a split (by the perceptual hash of training.data.duplicates).

Neither is trained on while the other is in the test set.
"""


@dataclass(frozen=True, slots=True)
class RatedFace:
    """A picture of one face and its panel's mean rating on SCUT-FBP5500's scale.

    The box is in Fairest's convention.
    """

    path: Path
    box: Box
    score: float
    group: str
    source: str


def check_part(part: str) -> None:
    """Reject an unknown part of a data set.

    Raises:
        ValueError: it is not one of PARTS.
    """
    if part not in PARTS:
        raise ValueError(f"expected one of {', '.join(PARTS)}; received {part!r}")


def without_tested(faces: list[RatedFace], tested: set[str]) -> list[RatedFace]:
    """Remove training faces whose picture is also, under another name, in the test set."""
    twins = SAME_PICTURE | {twin: name for name, twin in SAME_PICTURE.items()}
    return [face for face in faces if twins.get(face.path.name) not in tested]


def fold_title(test_fold: int) -> str:
    """Return what a fold, or SPLIT_60_40, is called."""
    return "60/40 split" if test_fold == SPLIT_60_40 else f"fold {test_fold}"


def is_tested(row: Row, test_fold: int) -> bool:
    """Return whether a row of SCUT-FBP5500's table belongs to the test part of a fold, or of SPLIT_60_40."""
    return bool(row["split_60_40"] == "test" if test_fold == SPLIT_60_40 else row["test_fold"] == test_fold)


def load_scut(data: Path, part: str, test_fold: int = 1) -> list[RatedFace]:
    """Load the faces of SCUT-FBP5500 whose box is known.

    Args:
        data: the data folder.
        part: "train", "validation" (a tenth of the training folds, by checksum of the name) or "test".
        test_fold: the fold that is never trained on, 1 to 5, or SPLIT_60_40.

    Raises:
        DataError: the table is missing or malformed, or has no face to train on or to validate with. ValueError: no
            such part or fold.
    """
    check_part(part)
    if test_fold not in (*FOLDS, SPLIT_60_40):
        raise ValueError(f"expected a fold of 1 to 5, or {SPLIT_60_40} for the 60/40 split; received {test_fold!r}")
    folder = data / "scut_fbp5500"
    table = folder / "labels.csv"
    faces = []
    rows = read_table(table, SCUT_FBP5500)
    tested = {row["file"] for row in rows if is_tested(row, test_fold)}
    if test_fold == SPLIT_60_40:
        # Without the column everything would be trained on, and found untestable only afterwards.
        require_items(list(tested), f"test ({fold_title(test_fold)})", table)
    for row in rows:
        if row.box is None:
            continue
        in_test = row["file"] in tested
        held_out = in_share(row["file"], 0.0, VALIDATION_SHARE)
        if in_test != (part == "test") or (not in_test and held_out != (part == "validation")):
            continue
        box = to_fairest(row.box, "scut_fbp5500")
        faces.append(RatedFace(folder / "images" / row["file"], box, row["score"], row["group"], row["source"]))
    return faces if part == "test" else require_items(without_tested(faces, tested), part, table)


def load_scut_test(data: Path, test_fold: int = 1) -> list[RatedFace]:
    """Load the test faces of a fold of SCUT-FBP5500, or of SPLIT_60_40: one or more.

    Raises:
        DataError: the table is missing or malformed, or no face is in the fold. ValueError: no such fold.
    """
    return require_items(
        load_scut(data, "test", test_fold), f"test ({fold_title(test_fold)})", data / "scut_fbp5500" / "labels.csv"
    )


def load_mebeauty(data: Path, part: str, scale: Scale | None = None) -> list[RatedFace]:
    """Load the faces of MEBeauty; the group is ethnicity and gender.

    Args:
        data: the data folder.
        part: "train", "validation" (a tenth of the file's "train", by checksum of the name) or "test" ("val").
        scale: of the scores (default: SCUT-FBP5500's, by PANELS).

    Raises:
        DataError: the table is missing or malformed, or has no face in this part. ValueError: no such part.
    """
    check_part(part)
    scale = scale or PANELS["mebeauty"]
    folder = data / "mebeauty"
    faces = []
    rows = read_table(folder / "labels.csv", MEBEAUTY)
    for row in rows:
        if row.box is None:
            continue
        in_test = row["split"] == "val"
        held_out = in_share(row["file"], 0.0, VALIDATION_SHARE)
        if in_test != (part == "test") or (not in_test and held_out != (part == "validation")):
            continue
        box = to_fairest(row.box, "mebeauty")
        score = scale.slope * row["score"] + scale.offset
        group = f"{row['ethnicity']} {row['gender']}"
        faces.append(RatedFace(folder / "images" / row["file"], box, score, group, "mebeauty"))
    tested = {row["file"] for row in rows if row["split"] == "val"}
    return require_items(faces if part == "test" else without_tested(faces, tested), part, folder / "labels.csv")


def load_omi(data: Path, part: str, detector: Detector) -> list[RatedFace]:
    """Load the faces of OMI, in a detector's boxes; the group is the perceived gender.

    Args:
        data: the data folder.
        part: "train", "validation" (a tenth, by checksum of the name) or "test".
        detector: finds the faces; a picture without a detection is left out.

    Raises:
        DataError: the table is missing or malformed, or has no face in this part. ValueError: no such part.
    """
    check_part(part)
    folder, scale = data / "omi", PANELS["omi"]
    faces = []
    for row in read_table(folder / "labels.csv", OMI):
        in_test = in_share(row["file"], *OMI_TESTED)
        held_out = in_share(row["file"], 0.0, VALIDATION_SHARE)
        if in_test != (part == "test") or (not in_test and held_out != (part == "validation")):
            continue
        detections = detector.detect(load_rgb(folder / "images" / row["file"]))
        if detections:
            score = scale.slope * row["attractive"] + scale.offset
            group = "looks female" if row["looks_female"] >= 50 else "looks male"
            faces.append(RatedFace(folder / "images" / row["file"], detections[0].box, score, group, "omi"))
    return require_items(faces, part, folder / "labels.csv")


def load_panels(data: Path, part: str, panels: Sequence[str], test_fold: int, detector: Detector) -> list[RatedFace]:
    """Load faces of several panels, including OMI, each on its own scale from 1 to 5; see `load_rated`, `load_omi`."""
    alike = tuple(panel for panel in panels if panel in ON_ONE_SCALE)
    faces = load_rated(data, part, alike, test_fold) if alike else []
    return faces + (load_omi(data, part, detector) if "omi" in panels else [])


def load_rated(data: Path, part: str, panels: tuple[str, ...], test_fold: int = 1) -> list[RatedFace]:
    """Load the faces of panels that are on one scale.

    Args:
        data: the data folder.
        part: "train", "validation" or "test".
        panels: of ON_ONE_SCALE.
        test_fold: of SCUT-FBP5500.

    Raises:
        DataError: a table is missing or malformed, or lacks this part. ValueError: no such part, fold or panel.
    """
    unknown = set(panels) - set(ON_ONE_SCALE)
    if unknown or not panels:
        raise ValueError(f"expected panels among {', '.join(ON_ONE_SCALE)}; received {', '.join(panels) or 'none'}")
    faces = []
    if "scut_fbp5500" in panels:
        faces += load_scut(data, part, test_fold)
    if "mebeauty" in panels:
        faces += load_mebeauty(data, part)
    return faces
