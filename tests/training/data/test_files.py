from __future__ import annotations

from pathlib import Path

import pytest

from tests.locked import lock
from training.data.files import picture_files, visible_files
from training.errors import DataError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.JPG", "a/c.webp", "notes.txt", ".hidden.png", ".cache/d.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "folder.png").mkdir()
    return tmp_path


def test_hidden_files_and_folders_are_passed_over(folder: Path) -> None:
    names = [path.relative_to(folder).as_posix() for path in visible_files(folder)]
    assert names == ["a/c.webp", "b.JPG", "notes.txt"]


def test_pictures_are_recognised_by_their_ending_in_any_case(folder: Path) -> None:
    assert [path.name for path in picture_files(folder)] == ["c.webp", "b.JPG"]


def test_a_folder_in_a_hidden_one_is_still_read(folder: Path) -> None:
    assert [path.name for path in visible_files(folder / ".cache")] == ["d.png"]


def test_what_systems_leave_behind_is_passed_over(folder: Path) -> None:
    for name in ("Thumbs.db", "desktop.ini", "__MACOSX/x.jpg", "a/._c.webp"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"x")
    names = [path.relative_to(folder).as_posix() for path in visible_files(folder)]
    assert names == ["a/c.webp", "b.JPG", "notes.txt"]


def test_what_cannot_be_looked_at_is_reported(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "gone.jpg").symlink_to(folder / "nothing")
    (folder / "gone.txt").symlink_to(folder / "nothing")
    lock(monkeypatch, "folder.png")
    unread: list[str] = []
    assert [path.name for path in picture_files(folder, unread)] == ["c.webp", "b.JPG"]
    assert unread == [
        f"{folder / 'folder.png'} cannot be read (Permission denied).",
        f"{folder / 'gone.jpg'} cannot be read (No such file or directory).",
    ]
    with pytest.raises(DataError, match=r"there are none.*Permission denied"):
        picture_files(folder / "folder.png")


def test_nothing_to_read_is_said(folder: Path) -> None:
    with pytest.raises(DataError, match=r"expected a folder of pictures.*gone"):
        picture_files(folder / "gone")
    with pytest.raises(DataError, match=r"\.jpg.*there are none"):
        picture_files(folder / "folder.png")
