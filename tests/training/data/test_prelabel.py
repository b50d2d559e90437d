from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from core.face import Box, Face
from core.images.crop import Image
from core.settings import PictureSettings
from tests.training.conftest import save
from training.data.labelme import files_in, read_labelme
from training.data.prelabel import prelabel
from training.errors import DataError

SETTINGS = PictureSettings(max_picture_mb=1, max_megapixels=1)


class Bright:
    """Finds two faces in bright pictures and none in dark ones."""

    name = "bright"

    def detect(self, image: Image) -> list[Face]:
        return [Face(Box(x, 5, 10, 12), 0.9) for x in (1, 30)] if image.mean() > 100 else []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save(tmp_path / "bright.PNG", np.full((40, 60, 3), 200, np.uint8))
    save(tmp_path / "sub" / "dark.jpg", np.full((40, 60, 3), 20, np.uint8))
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    (tmp_path / "notes.txt").write_text("no picture either")
    return tmp_path


def test_every_picture_gets_its_boxes_and_bad_ones_are_named(folder: Path) -> None:
    summary = prelabel(folder, Bright(), SETTINGS, overwrite=False)
    assert (summary.written, summary.faceless, summary.kept) == (2, 1, 0)
    (sentence,) = summary.skipped
    assert "broken.jpg: Expected a JPEG" in sentence
    pictures = {picture.path.name: picture for picture in map(read_labelme, files_in(folder)[0])}
    assert pictures["bright.PNG"].boxes == (Box(1, 5, 10, 12), Box(30, 5, 10, 12))
    assert pictures["bright.PNG"].labels == ("face", "face")
    assert pictures["dark.jpg"].boxes == ()
    assert sorted(path.name for path in folder.rglob("*.json")) == ["bright.json", "dark.json"]


def test_a_label_file_is_replaced_only_when_asked(folder: Path) -> None:
    label_file = folder / "bright.json"
    label_file.write_text("a person's work")
    summary = prelabel(folder, Bright(), SETTINGS, overwrite=False)
    assert (summary.written, summary.kept) == (1, 1)
    assert label_file.read_text() == "a person's work"
    summary = prelabel(folder, Bright(), SETTINGS, overwrite=True)
    assert (summary.written, summary.kept) == (2, 0)
    assert len(read_labelme(label_file).boxes) == 2


def test_a_file_of_another_program_is_never_replaced(folder: Path) -> None:
    (folder / "bright.json").write_text('{"title": "bright.PNG", "geoData": {}}')
    summary = prelabel(folder, Bright(), SETTINGS, overwrite=True)
    assert summary.written == 1
    assert any("bright.json is no labelme file and stays" in sentence for sentence in summary.skipped)
    assert "geoData" in (folder / "bright.json").read_text()


def test_a_label_file_stays_when_the_new_one_cannot_be_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prelabel(folder, Bright(), SETTINGS, overwrite=False)
    before = (folder / "bright.json").read_bytes()

    def full(_number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DataError, match="No space left"):
        prelabel(folder, Bright(), SETTINGS, overwrite=True)
    assert (folder / "bright.json").read_bytes() == before
    assert not list(folder.glob(".fairest*"))


@pytest.mark.parametrize("name", [b"\xff\xd4.png", "фото.png".encode(), b"a\\b.png", b"=1+1;x.png"])
def test_names_of_any_kind_reach_label_files(tmp_path: Path, name: bytes) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    save(tmp_path / "plain.png", np.full((40, 60, 3), 200, np.uint8))
    (tmp_path / "plain.png").rename(path)
    assert prelabel(tmp_path, Bright(), SETTINGS, overwrite=False).written == 1
    (label_file,) = files_in(tmp_path)[0]
    label_file.read_bytes().decode("utf-8")
    assert read_labelme(label_file).path == path


def test_two_pictures_that_would_share_a_label_file(folder: Path) -> None:
    save(folder / "bright.png.png", np.full((40, 60, 3), 200, np.uint8))
    save(folder / "bright.webp", np.full((40, 60, 3), 20, np.uint8))
    summary = prelabel(folder, Bright(), SETTINGS, overwrite=True)
    assert summary.written == 3
    assert any("bright.webp would share bright.json with bright.PNG" in sentence for sentence in summary.skipped)
    assert len(read_labelme(folder / "bright.json").boxes) == 2


def test_a_folder_without_pictures_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there are none"):
        prelabel(tmp_path, Bright(), SETTINGS, overwrite=False)
