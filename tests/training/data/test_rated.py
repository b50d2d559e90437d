from __future__ import annotations

from pathlib import Path

import pytest

from training.data.rated import PANELS, PARTS, Scale, load_mebeauty, load_rated, load_scut
from training.errors import DataError


def test_mebeauty_parts_share_nothing(data: Path) -> None:
    parts = {part: {face.path for face in load_mebeauty(data, part)} for part in PARTS}
    assert [len(part) for part in parts.values()] == [6, 2, 3]
    assert len(set.union(*parts.values())) == 11


def test_mebeauty_scores_come_on_the_other_panels_scale(data: Path) -> None:
    own = [face.score for face in load_mebeauty(data, "train", Scale(1.0, 0.0))]
    assert own == [2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
    line = PANELS["mebeauty"]
    shown = [face.score for face in load_mebeauty(data, "train")]
    assert shown == pytest.approx([line.slope * score + line.offset for score in own])
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
    tests = [[face.path for face in load_scut(data, "test", fold)] for fold in range(1, 6)]
    assert [len(part) for part in tests] == [4, 8, 3, 0, 0]


def test_unknown_parts_and_panels_are_refused(data: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="train, validation, test"):
        load_mebeauty(data, "val")
    with pytest.raises(ValueError, match="panels among"):
        load_rated(data, "train", ("nobody",))
    with pytest.raises(ValueError, match="none"):
        load_rated(data, "train", ())
    with pytest.raises(DataError, match=r"labels\.csv"):
        load_mebeauty(tmp_path, "train")
