from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import IO, Any

import pytest

from core.output.files import atomic_write_text, write_file


def test_a_new_file_is_written_in_its_place_as_it_grows(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with atomic_write_text(path) as stream:
        stream.write("öne\n")
        stream.flush()
        assert path.read_text(encoding="utf-8") == "öne\n"
    assert path.read_bytes() == "öne\n".encode()


def test_what_was_there_stays_until_the_new_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    path.chmod(0o640)
    with atomic_write_text(path) as stream:
        stream.write("new")
        stream.flush()
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert os.listdir(tmp_path) == ["a"]


def interrupted(path: Path, keep: bool) -> None:
    with atomic_write_text(path, keep=keep) as stream:
        stream.write("ne")
        raise KeyboardInterrupt


@pytest.mark.parametrize("keep", [False, True])
def test_after_an_exception_what_was_there_is_there(tmp_path: Path, keep: bool) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    for tail in ("", "2"):
        with pytest.raises(KeyboardInterrupt) as caught:
            interrupted(path, keep)
        assert path.read_text() == "old"
        partial = tmp_path / f"a.partial{tail}"
        assert partial.exists() is keep
        notes = getattr(caught.value, "__notes__", [])
        assert notes == ([f"What was written until then is in {partial}."] if keep else [])
    assert len(os.listdir(tmp_path)) == (3 if keep else 1)


@pytest.mark.parametrize("keep", [False, True])
def test_after_an_exception_a_new_file_is_gone_or_kept(tmp_path: Path, keep: bool) -> None:
    with pytest.raises(KeyboardInterrupt):
        interrupted(tmp_path / "a", keep)
    assert os.listdir(tmp_path) == (["a"] if keep else [])


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_file(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_a_device_is_written_and_stays_one() -> None:
    write_file(Path("/dev/null"), "x")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_a_name_of_the_greatest_length(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 255)
    path.write_text("old")
    write_file(path, b"new")
    assert path.read_bytes() == b"new"


def test_where_nothing_can_lie_beside_it_the_content_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    original = Path.open

    def refused(self: Path, mode: str = "r") -> IO[Any]:
        if mode == "xb":
            raise PermissionError(13, "Permission denied")
        return original(self, mode)

    monkeypatch.setattr(Path, "open", refused)
    write_file(path, "new")
    monkeypatch.undo()
    assert path.read_text() == "new"
    assert os.listdir(tmp_path) == ["a"]


def test_a_file_that_may_not_be_written_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)
    with pytest.raises(PermissionError):
        write_file(path, "new")
    assert path.read_text() == "old"
