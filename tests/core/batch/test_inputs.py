from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest

from core.batch.inputs import OutError, check_result
from tests import faces
from tests.core.batch.factories import jpeg, table


def test_a_place_for_results(tmp_path: Path) -> None:
    (tmp_path / "old.jsonl").write_text('{"file": "a.jpg"}\n')
    (tmp_path / "empty").touch()
    for name in ("new.csv", "old.jsonl", "empty"):
        check_result(tmp_path / name, [tmp_path / "a.jpg"])


@pytest.mark.parametrize("name", ["a.jpg", "link", "hard", "new.HEIC", "blob", "t", "z", "b", "phone"])
def test_what_is_a_picture_or_holds_some_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg(1))
    (tmp_path / "link").symlink_to(tmp_path / "a.jpg")
    (tmp_path / "hard").hardlink_to(tmp_path / "a.jpg")
    (tmp_path / "blob").write_bytes(jpeg(1))
    table(tmp_path / "t", [jpeg(1)])
    with zipfile.ZipFile(tmp_path / "z", "w") as archive:
        archive.writestr("a.jpg", b"")
    (tmp_path / "b").write_bytes(b"BM" + bytes(12) + b"\x28\0\0\0")
    shutil.copyfile(faces.DATA / "pictures" / "turned.heic", tmp_path / "phone")
    with pytest.raises(OutError, match="name for the results"):
        check_result(tmp_path / name)


def test_an_input_is_refused_whatever_it_is(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("a")
    (tmp_path / "link.txt").symlink_to(tmp_path / "notes.txt")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "labels.csv").write_text("a")
    inputs = [tmp_path / "notes.txt", tmp_path / "data"]
    for name in ("notes.txt", "link.txt", "data/labels.csv", "data/../notes.txt"):
        with pytest.raises(OutError, match="different from every input"):
            check_result(tmp_path / name, inputs)
    check_result(tmp_path / "data" / "new.csv", inputs)
