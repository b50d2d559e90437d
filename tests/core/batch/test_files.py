from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.batch.files import FoundFile, files_below, is_left_behind, is_picture_name
from tests.locked import lock

LEFT = [
    "._a.jpg", ".DS_Store", ".hidden.png", "Thumbs.db", "THUMBS.DB", "ehthumbs.db", "desktop.ini", "Desktop.ini",
    "__MACOSX", "$RECYCLE.BIN", "System Volume Information", "@eaDir", "Icon\r", ".Trashes",
]  # fmt: skip


@pytest.mark.parametrize("name", LEFT)
def test_what_systems_leave_behind(name: str) -> None:
    assert is_left_behind([name])
    assert is_left_behind(["a", name, "b.jpg"])


@pytest.mark.parametrize("name", ["a.jpg", "thumbs.jpg", "my desktop.ini.jpg", "..", ".", "", "MACOSX", "a.b", "Icon"])
def test_what_a_person_put_there(name: str) -> None:
    assert not is_left_behind([name])


@pytest.mark.parametrize("name", ["a.jfif", "a.BMP", "a.dib", "a.JPG", "b/c.jpe"])
def test_pictures_are_recognised_by_their_ending(name: str) -> None:
    assert is_picture_name(name)
    assert not is_picture_name(f"{name}.txt")


def names(folder: Path) -> list[str]:
    return [os.path.relpath(file.path, folder) for file in files_below(str(folder))]


def test_files_in_order_without_what_is_left_behind(tmp_path: Path) -> None:
    for name in ("b.jpg", "a/c.png", "a.txt", "__MACOSX/x.jpg", "a/Thumbs.db", ".cache/d.jpg", "a/._c.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert names(tmp_path) == ["a/c.png", "a.txt", "b.jpg"]


def test_a_folder_without_permission_is_reported_and_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a/x.jpg", "locked/y.jpg", "z.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    lock(monkeypatch, "locked")
    assert list(files_below(str(tmp_path))) == [
        FoundFile(str(tmp_path / "a" / "x.jpg")),
        FoundFile(str(tmp_path / "locked"), "Permission denied", folder=True),
        FoundFile(str(tmp_path / "z.jpg")),
    ]


def test_a_path_that_is_too_long_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(20):
        os.mkdir("d" * 250)
        os.chdir("d" * 250)
    Path("deep.jpg").touch()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "z.jpg").touch()
    deep, last = files_below(str(tmp_path))
    assert deep.folder
    assert "too long" in deep.error
    assert last == FoundFile(str(tmp_path / "z.jpg"))


@pytest.fixture
def deep_below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """In the current folder 1,500 folders, one in the other, and a picture in the last. pytest cannot remove them."""
    monkeypatch.chdir(tmp_path)
    for _ in range(1500):
        os.mkdir("d")
        os.chdir("d")
    Path("x.jpg").touch()
    os.chdir(tmp_path)
    yield
    os.chdir(tmp_path)
    for _ in range(1500):
        os.chdir("d")
    Path("x.jpg").unlink()
    for _ in range(1500):
        os.chdir("..")
        os.rmdir("d")


@pytest.mark.usefixtures("deep_below")
def test_folders_lie_deeper_than_calls_may() -> None:
    (file,) = files_below(".")
    assert file.path.endswith("d/x.jpg")
    assert not file.error


def test_what_is_no_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "gone.jpg").symlink_to(tmp_path / "nothing")
    (tmp_path / "loop.jpg").symlink_to(tmp_path / "loop.jpg")
    os.mkfifo(tmp_path / "pipe.jpg")
    errors = {Path(file.path).name: file.error for file in files_below(str(tmp_path))}
    assert errors["gone.jpg"] == "No such file or directory"
    assert "symbolic links" in errors["loop.jpg"]
    assert errors["pipe.jpg"] == "it is no regular file"


def test_a_link_to_a_picture_counts_and_one_to_a_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jpg").touch()
    (tmp_path / "in" / "b.jpg").symlink_to(tmp_path / "in" / "a.jpg")
    (tmp_path / "in" / "again").symlink_to(tmp_path / "in")
    assert names(tmp_path / "in") == ["a.jpg", "b.jpg"]
