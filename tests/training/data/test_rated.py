from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest

from core.face import Box, Face
from training.data.rated import (
    PANELS,
    PARTS,
    SPLIT_60_40,
    Scale,
    load_mebeauty,
    load_omi,
    load_panels,
    load_rated,
    load_scut,
)
from training.errors import DataError


def test_mebeauty_parts_share_nothing(data: Path) -> None:
    parts = {part: {face.path for face in load_mebeauty(data, part)} for part in PARTS}
    assert [len(part) for part in parts.values()] == [6, 2, 3]
    assert len(set.union(*parts.values())) == 11


def test_mebeauty_scores_come_on_the_other_panels_scale(data: Path) -> None:
    unscaled = [face.score for face in load_mebeauty(data, "train", Scale(1.0, 0.0))]
    assert unscaled == [2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
    line = PANELS["mebeauty"]
    scaled = [face.score for face in load_mebeauty(data, "train")]
    assert scaled == pytest.approx([line.slope * score + line.offset for score in unscaled])
    assert {face.group for face in load_mebeauty(data, "train")} == {"asian female", "black male"}


def test_the_line_keeps_every_score_within_one_to_five() -> None:
    line = PANELS["mebeauty"]
    assert line.slope + line.offset >= 1
    assert 10 * line.slope + line.offset <= 5.2


@pytest.mark.parametrize("part", PARTS)
def test_both_panels_are_the_sum_of_each(data: Path, part: str) -> None:
    both = load_rated(data, part, ("scut_fbp5500", "mebeauty"))
    assert both == load_scut(data, part) + load_mebeauty(data, part)
    assert load_rated(data, part, ("mebeauty",)) == load_mebeauty(data, part)


def test_folds_partition_scut(data: Path) -> None:
    test_paths = [[face.path for face in load_scut(data, "test", fold)] for fold in range(1, 6)]
    assert [len(part) for part in test_paths] == [4, 8, 3, 1, 0]


def test_the_60_40_split_is_the_tables_own(data: Path) -> None:
    parts = {part: {face.path for face in load_scut(data, part, SPLIT_60_40)} for part in PARTS}
    with (data / "scut_fbp5500" / "labels.csv").open() as stream:
        rows = [row for row in csv.DictReader(stream) if row["x"]]
    listed = {row["file"] for row in rows if row["split_60_40"] == "test"}
    assert {path.name for path in parts["test"]} == listed != set()
    assert {path.name for path in parts["train"] | parts["validation"]} == {row["file"] for row in rows} - listed
    assert not parts["train"] & parts["validation"]


def test_a_table_without_the_60_40_split_has_its_folds(data: Path, tmp_path: Path) -> None:
    shutil.copytree(data / "scut_fbp5500", tmp_path / "scut_fbp5500")
    path = tmp_path / "scut_fbp5500" / "labels.csv"
    path.write_text(path.read_text().replace("split_60_40", "something_else"))
    for part in PARTS:
        names = [[face.path.name for face in load_scut(place, part)] for place in (data, tmp_path)]
        assert names[0] == names[1]
        with pytest.raises(DataError, match=r"test \(60/40 split\) in .*labels\.csv"):
            load_scut(tmp_path, part, SPLIT_60_40)


def test_unknown_parts_and_panels_are_refused(data: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="train, validation, test"):
        load_mebeauty(data, "val")
    with pytest.raises(ValueError, match="panels among"):
        load_rated(data, "train", ("nobody",))
    with pytest.raises(ValueError, match="none"):
        load_rated(data, "train", ())
    with pytest.raises(DataError, match=r"labels\.csv"):
        load_mebeauty(tmp_path, "train")


class Finds:
    """A face in the middle of every picture."""

    name = "finds"

    def detect(self, image: np.ndarray) -> list[Face]:
        height, width = image.shape[:2]
        return [Face(Box(0.2 * width, 0.1 * height, 0.6 * width, 0.8 * height), 0.9)]


def test_the_parts_of_omi_share_nothing_and_leave_nothing_out(data: Path) -> None:
    by_part = {part: load_omi(data, part, Finds()) for part in PARTS}
    assert [len(by_part[part]) for part in PARTS] == [4, 1, 2]
    assert len({face.path for faces in by_part.values() for face in faces}) == 7
    face = next(face for face in by_part["train"] if face.score == pytest.approx(1 + 4 * 0.2))
    assert (face.group, face.source) == ("looks female", "omi")
    assert face.box.w == pytest.approx(0.6 * 256)


def test_panels_are_loaded_together(data: Path) -> None:
    every = load_panels(data, "train", tuple(PANELS), 1, Finds())
    assert {face.path.parent.parent.name for face in every} == set(PANELS)
    assert {face.path.parent.parent.name for face in load_panels(data, "train", ("omi",), 1, Finds())} == {"omi"}


def test_omi_is_not_on_the_scale_of_the_others(data: Path) -> None:
    with pytest.raises(ValueError, match="scut_fbp5500, mebeauty"):
        load_rated(data, "train", tuple(PANELS))
