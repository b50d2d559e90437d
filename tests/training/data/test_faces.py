from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from core.face import Box
from core.images.decode import read_picture
from tests import faces
from tests.core.images import profiles
from tests.training.conftest import drawn_by
from training.data.conventions import to_fairest
from training.data.faces import in_share, load_faces, load_negatives
from training.data.pictures import load_rgb
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


def test_pictures_are_read_as_the_app_reads_them(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8))
    files: dict[str, dict[str, Any]] = {
        "turned.jpg": {"exif": exif},
        "turned.webp": {"exif": exif, "lossless": True},
        "turned.png": {"exif": exif},
        "p3.png": {"icc_profile": profiles.DISPLAY_P3},
    }
    for name, options in files.items():
        noise.save(tmp_path / name, **options)
        pixels = load_rgb(tmp_path / name)
        assert pixels.shape == ((60, 40, 3) if "turned" in name else (40, 60, 3))
        assert (pixels == read_picture(tmp_path / name, 25, 40)).all()
    assert (load_rgb(tmp_path / "p3.png") != np.asarray(noise)).any()


def test_what_the_app_would_refuse_is_refused(tmp_path: Path) -> None:
    Image.new("1", (9000, 9000)).save(tmp_path / "large.png")
    Image.new("RGB", (8, 300)).save(tmp_path / "thin.png")
    for name, says in (("large.png", "at most 40 megapixels"), ("thin.png", "at least 16 pixels")):
        with pytest.raises(DataError, match=f"{name}.*{says}"):
            load_rgb(tmp_path / name)


def test_ordinary_pictures_have_the_pixels_that_models_were_trained_on(tmp_path: Path) -> None:
    """Those of OpenCV, by which they were read once."""
    portrait = Image.fromarray(faces.load(faces.ADULT))
    for name, options in (("a.webp", {"quality": 90}), ("a.jpg", {"quality": 90}), ("b.jpg", {"progressive": True})):
        portrait.save(tmp_path / name, **options)
        expected = cv2.imread(str(tmp_path / name), cv2.IMREAD_COLOR_RGB)
        assert (load_rgb(tmp_path / name) == expected).all()


def test_an_unknown_part_is_refused(data: Path) -> None:
    with pytest.raises(ValueError, match="train, validation or test"):
        load_faces(data, "val")
