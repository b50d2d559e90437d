from __future__ import annotations

from pathlib import Path

import pytest

from core.face import Box
from tests.training.conftest import drawn_by
from training.data.conventions import to_fairest
from training.data.faces import in_share, load_faces, load_negatives, load_rgb
from training.errors import DataError


def test_parts_share_no_picture_and_keep_the_test_split_apart(data: Path) -> None:
    parts = {part: {picture.path for picture in load_faces(data, part)} for part in ("train", "validation", "test")}
    assert [len(parts[part]) for part in ("train", "validation", "test")] == [13, 4, 4]
    assert not parts["train"] & parts["validation"]
    assert not parts["test"] & (parts["train"] | parts["validation"])


def test_boxes_are_converted_and_ignored_ones_kept_apart(data: Path) -> None:
    crowd = next(p for p in load_faces(data, "train") if len(p.boxes) == 2)
    assert len(crowd.ignored) == 1
    assert not crowd.single
    assert crowd.boxes[0] == to_fairest(crowd.drawn[0], "fddb")
    assert sum(p.single for p in load_faces(data, "train")) == 12


def test_conversion_undoes_each_drawing() -> None:
    box = Box(10, 20, 119, 170)
    back = to_fairest(Box(*drawn_by("helen", (box.x, box.y, box.w, box.h))), "helen")
    assert (back.x, back.y, back.w, back.h) == pytest.approx((10, 20, 119, 170))


def test_negatives_are_split_by_name(data: Path) -> None:
    parts = [set(load_negatives(data, part)) for part in ("train", "validation", "test")]
    assert [len(part) for part in parts] == [3, 3, 3]
    assert not parts[0] & parts[2]


def test_shares_cover_everything_once() -> None:
    names = [f"{n}.png" for n in range(2000)]
    low = [name for name in names if in_share(name, 0.0, 0.3)]
    high = [name for name in names if in_share(name, 0.3, 1.0)]
    assert sorted(low + high) == sorted(names)
    assert 0.25 < len(low) / 2000 < 0.35


def test_missing_data_says_where_it_looked(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"boxes\.csv"):
        load_faces(tmp_path, "train")
    with pytest.raises(DataError, match="negatives"):
        load_negatives(tmp_path, "train")
    with pytest.raises(DataError, match=r"gone\.png"):
        load_rgb(tmp_path / "gone.png")


def test_an_unknown_part_is_refused(data: Path) -> None:
    with pytest.raises(ValueError, match="train, validation or test"):
        load_faces(data, "val")
