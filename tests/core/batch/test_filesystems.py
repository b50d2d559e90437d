from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import pytest

from core.batch.filesystems import LocationError, is_address, locate, shown_address


@pytest.mark.parametrize("text", ["s3://bucket/a", "file:///a", "zip://*.jpg::file:///a.zip", "gs://a", "memory://x"])
def test_an_address_is_told_from_a_path(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize("text", ["a.jpg", "/a/b", "C:\\a", "C:/a", "c://a", "a:b", "./s3:/x", "a b://c"])
def test_a_path_stays_a_path(text: str) -> None:
    assert not is_address(text)
    assert locate(text).path == text


def test_a_file_address_leads_into_this_machine(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"there")
    location = locate(f"file://{tmp_path}/a.txt")
    assert location.filesystem.open_input_stream(location.path).read() == b"there"


def test_what_only_fsspec_knows_opens_too(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("in/a.txt", "there")
    location = locate(f"zip://in/a.txt::file://{tmp_path}/a.zip")
    assert location.filesystem.open_input_stream(location.path).read() == b"there"


def test_what_is_no_zip_is_reported(tmp_path: Path) -> None:
    (tmp_path / "not.zip").write_bytes(b"no zip")
    with pytest.raises(LocationError, match=r"can be opened; zip://::.*not\.zip: File is not a zip file"):
        locate(f"zip://::{tmp_path}/not.zip")


@pytest.mark.parametrize("text", ["nothing://a", "file://"])
def test_an_address_of_nothing_is_reported(text: str) -> None:
    with pytest.raises(LocationError, match=text.split(":", maxsplit=1)[0]):
        locate(text)


def test_a_scheme_that_needs_another_package_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "paramiko", None)
    with pytest.raises(LocationError, match="sftp://a needs another package"):
        locate("sftp://a")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("s3://key:secret@bucket/a?region=x&scheme=http", "s3://bucket/a"),
        ("file:///a/b@c.jpg", "file:///a/b@c.jpg"),
        ("zip://*.jpg::s3://key:secret@bucket/a.zip", "zip://*.jpg::s3://bucket/a.zip"),
    ],
)
def test_an_address_is_shown_without_its_keys(text: str, shown: str) -> None:
    assert shown_address(text) == shown
