from __future__ import annotations

import os
import zipfile
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow.fs import FileSelector, PyFileSystem

from core.batch.filesystems import filesystem
from core.batch.listing import Picture, TableError, list_pictures, picture_column
from core.batch.reading import Reader
from core.errors import ImageError
from core.settings import PictureSettings
from tests.core.batch.factories import jpeg, table
from tests.locked import lock


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sub").mkdir()
    for name in ("b.jpg", "sub/a.PNG", "notes.txt"):
        (tmp_path / name).write_bytes(jpeg(1))
    table(tmp_path / "c.parquet", [jpeg(1)] * 4, ["w", "x", "y", "z"])
    pq.write_table(pa.table({"n": [1]}), tmp_path / "numbers.parquet")
    return tmp_path


def test_a_folder_gives_its_pictures_and_tables_in_order(folder: Path) -> None:
    pictures = list(list_pictures([str(folder)]))
    assert [picture.file for picture in pictures] == [
        str(folder / "b.jpg"),
        "w",
        "x",
        "y",
        "z",
        str(folder / "sub" / "a.PNG"),
    ]
    assert [(picture.group, picture.row) for picture in pictures[1:5]] == [(0, 0), (0, 1), (0, 2), (1, 0)]


def test_what_is_named_is_taken_as_it_is() -> None:
    assert list(list_pictures(["notes.txt", "absent.jpg"])) == [
        Picture("notes.txt", "", "notes.txt"),
        Picture("absent.jpg", "", "absent.jpg"),
    ]


def test_an_address_of_a_folder_gives_addresses(folder: Path) -> None:
    pictures = list(list_pictures([f"file://{folder}/"]))
    assert [picture.file for picture in pictures if picture.group < 0] == [
        f"file://{folder}/b.jpg",
        f"file://{folder}/sub/a.PNG",
    ]
    assert pictures[0].path == str(folder / "b.jpg")
    assert next(list_pictures([pictures[0].file])).path == pictures[0].path


def test_a_zip_by_fsspec(folder: Path) -> None:
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        archive.writestr("one.jpg", jpeg(1))
        archive.writestr("two.txt", "none")
    assert [picture.file for picture in list_pictures([f"zip://::file://{folder}/a.zip"])] == ["one.jpg"]


def test_a_table_without_names_numbers_its_rows(tmp_path: Path) -> None:
    path = table(tmp_path / "t.parquet", [jpeg(1)] * 4, struct=True)
    assert [picture.file for picture in list_pictures([str(path)])] == [f"{path}#{number}" for number in range(4)]


def test_a_table_without_pictures_is_told_when_it_is_named(folder: Path) -> None:
    with pytest.raises(TableError, match=r"column of pictures .*numbers\.parquet are: n"):
        list(list_pictures([str(folder / "numbers.parquet")]))


@pytest.mark.parametrize("damage", [b"nothing", b"", b"PAR1" + bytes(100) + b"PAR1", None])
def test_a_broken_table_is_one_error_among_the_pictures(tmp_path: Path, damage: bytes | None) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg(1))
    intact = table(tmp_path / "t.parquet", [jpeg(1)] * 4).read_bytes()
    (tmp_path / "t.parquet").write_bytes(intact[: len(intact) // 2] if damage is None else damage)
    (tmp_path / "z.jpg").write_bytes(jpeg(1))
    for locations in ([str(tmp_path)], [str(tmp_path / name) for name in ("a.jpg", "t.parquet", "z.jpg")]):
        first, broken, last = list_pictures(locations)
        assert (first.file, last.file) == (str(tmp_path / "a.jpg"), str(tmp_path / "z.jpg"))
        assert broken.file == str(tmp_path / "t.parquet")
        assert "Expected a Parquet table" in broken.error
        with pytest.raises(ImageError, match="Parquet table"):
            Reader(PictureSettings()).read(broken)


def test_an_encrypted_table_of_a_zip_is_one_error_among_the_pictures(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.jpg", jpeg(1))
        archive.writestr("t.parquet", table(tmp_path / "t.parquet", [jpeg(1)]).read_bytes())
    data = bytearray((tmp_path / "a.zip").read_bytes())
    data[data.rindex(b"t.parquet") - 46 + 8] |= 1
    (tmp_path / "a.zip").write_bytes(data)
    intact, broken = list_pictures([f"zip://::{tmp_path}/a.zip"])
    assert not intact.error
    assert "encrypted" in broken.error


def test_a_broken_row_group_costs_its_own_rows(tmp_path: Path) -> None:
    path = table(tmp_path / "t.parquet", [jpeg(1)] * 7, [f"name-{number}" for number in range(7)])
    metadata = pq.read_metadata(path)
    offset = metadata.row_group(1).column(1).dictionary_page_offset or metadata.row_group(1).column(1).data_page_offset
    data = bytearray(path.read_bytes())
    data[offset : offset + 8] = b"\xff" * 8
    path.write_bytes(data)
    pictures = list(list_pictures([str(path)]))
    assert [picture.file for picture in pictures] == ["name-0", "name-1", "name-2", f"{path}#3", "name-6"]
    assert [bool(picture.error) for picture in pictures] == [False, False, False, True, False]


def test_names_of_rows_that_are_no_utf8(tmp_path: Path) -> None:
    raw = pa.array([b"\xff.jpg", b"ok.jpg", None], pa.binary())
    for column in (raw, raw.view(pa.string())):
        path = tmp_path / "t.parquet"
        pq.write_table(pa.table({"image": [jpeg(1)] * 3, "file": column}), path)
        assert [picture.file for picture in list_pictures([str(path)])] == [
            os.fsdecode(b"\xff.jpg"),
            "ok.jpg",
            f"{path}#2",
        ]


def test_what_systems_leave_behind_is_passed_over(tmp_path: Path) -> None:
    for name in ("a.jpg", "._a.jpg", "__MACOSX/b.jpg", ".hidden/c.jpg", "Thumbs.db", "desktop.ini"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(jpeg(1))
    (tmp_path / "._t.parquet").write_bytes(b"left by macOS")
    assert [picture.file for picture in list_pictures([str(tmp_path)])] == [str(tmp_path / "a.jpg")]
    assert [picture.path for picture in list_pictures([f"file://{tmp_path}"])] == [str(tmp_path / "a.jpg")]
    assert [picture.file for picture in list_pictures([str(tmp_path / "._a.jpg")])] == [str(tmp_path / "._a.jpg")]


@pytest.mark.parametrize("address", [False, True])
def test_a_folder_that_cannot_be_looked_into_is_one_error(
    folder: Path, monkeypatch: pytest.MonkeyPatch, address: bool
) -> None:
    lock(monkeypatch, "sub")
    location = f"file://{folder}" if address else str(folder)
    *_, last = pictures = list(list_pictures([location]))
    assert len(pictures) == 6
    assert last.file == f"{location}/sub"
    assert "Permission denied" in last.error


def test_a_store_that_cannot_list_one_folder_is_listed_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = fsspec.filesystem("memory")
    for name in ("/top/a.jpg", "/top/in/b.jpg", "/top/locked/c.jpg"):
        memory.pipe(name, jpeg(1))
    original = PyFileSystem.get_file_info

    def get_file_info(self: PyFileSystem, paths_or_selector: object):  # type: ignore[no-untyped-def]
        if isinstance(paths_or_selector, FileSelector) and (
            paths_or_selector.recursive or paths_or_selector.base_dir.endswith("locked")
        ):
            raise PermissionError(13, "Permission denied")
        return original(self, paths_or_selector)

    monkeypatch.setattr(
        "core.batch.filesystems.PyFileSystem", type("Locked", (PyFileSystem,), {"get_file_info": get_file_info})
    )
    filesystem.cache_clear()
    errors = {picture.file: picture.error for picture in list_pictures(["memory://top"])}
    filesystem.cache_clear()
    assert [name for name, error in errors.items() if not error] == ["memory://top/a.jpg", "memory://top/in/b.jpg"]
    assert "Permission denied" in errors["memory://top/locked"]


def test_what_holds_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    table(tmp_path / "empty.parquet", [])
    pq.write_table(pa.table({"bytes": pa.array([], pa.binary())}), tmp_path / "empty.parquet")
    messages: list[str] = []
    assert not list(list_pictures([str(tmp_path), str(tmp_path / "empty.parquet")], messages.append))
    assert len(messages) == 2
    assert messages[0].startswith(f"Expected pictures in {tmp_path}; none was found (.avif, .bmp")
    (tmp_path / "a.jpg").write_bytes(jpeg(1))
    assert len(list(list_pictures([str(tmp_path)], messages.append))) == 1
    assert len(messages) == 2


@pytest.mark.parametrize("name", ["s3::a.jpg", "zip:/a.jpg", "http:/x/a.jpg", "a::b.jpg"])
def test_a_file_that_is_there_wins_over_an_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_bytes(jpeg(1))
    location = name.replace(":/", "://", 1)
    (picture,) = list_pictures([location])
    assert (picture.file, picture.root) == (location, "")
    assert Reader(PictureSettings()).read(picture).shape == (32, 32, 3)
    # Whether its folder has such a name, or it was found in one.
    assert [listed.path for listed in list_pictures(["."])] == [name]


def test_a_table_whose_own_name_is_no_utf8(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.parquet"))
    path.write_bytes(table(tmp_path / "t.parquet", [jpeg(1)], ["x"]).read_bytes())
    (picture,) = list_pictures([str(path)])
    assert picture.file == "x"
    assert Reader(PictureSettings()).read(picture).shape == (32, 32, 3)


@pytest.mark.parametrize(
    ("schema", "column"),
    [
        (pa.schema([("image_bytes", pa.large_binary())]), "image_bytes"),
        (pa.schema([("image", pa.struct([("bytes", pa.binary()), ("path", pa.string())]))]), "image.bytes"),
        (pa.schema([("image", pa.string()), ("content", pa.binary())]), "content"),
        (pa.schema([("image", pa.struct([("path", pa.string())]))]), None),
        (pa.schema([("n", pa.int64())]), None),
    ],
)
def test_the_column_of_pictures(schema: pa.Schema, column: str | None) -> None:
    assert picture_column(schema) == column
