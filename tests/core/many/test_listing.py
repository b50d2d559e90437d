from __future__ import annotations

import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.many.listing import Picture, TableError, picture_column, pictures
from tests.core.many.made import jpeg, table


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sub").mkdir()
    for name in ("b.jpg", "sub/a.PNG", "notes.txt"):
        (tmp_path / name).write_bytes(jpeg(1))
    table(tmp_path / "c.parquet", [jpeg(1)] * 4, ["w", "x", "y", "z"])
    pq.write_table(pa.table({"n": [1]}), tmp_path / "numbers.parquet")
    return tmp_path


def test_a_folder_gives_its_pictures_and_tables_in_order(folder: Path) -> None:
    found = list(pictures([str(folder)]))
    assert [one.file for one in found] == [str(folder / "b.jpg"), "w", "x", "y", "z", str(folder / "sub" / "a.PNG")]
    assert [(one.group, one.row) for one in found[1:5]] == [(0, 0), (0, 1), (0, 2), (1, 0)]


def test_what_is_named_is_taken_as_it_is() -> None:
    assert list(pictures(["notes.txt", "absent.jpg"])) == [
        Picture("notes.txt", "", "notes.txt"),
        Picture("absent.jpg", "", "absent.jpg"),
    ]


def test_an_address_of_a_folder_gives_addresses(folder: Path) -> None:
    found = list(pictures([f"file://{folder}/"]))
    assert [one.file for one in found if one.group < 0] == [f"file://{folder}/b.jpg", f"file://{folder}/sub/a.PNG"]
    assert found[0].path == str(folder / "b.jpg")
    assert next(pictures([found[0].file])).path == found[0].path


def test_a_zip_by_fsspec(folder: Path) -> None:
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        archive.writestr("one.jpg", jpeg(1))
        archive.writestr("two.txt", "none")
    assert [one.file for one in pictures([f"zip://::file://{folder}/a.zip"])] == ["one.jpg"]


def test_a_table_without_names_numbers_its_rows(tmp_path: Path) -> None:
    path = table(tmp_path / "t.parquet", [jpeg(1)] * 4, struct=True)
    assert [one.file for one in pictures([str(path)])] == [f"{path}#{number}" for number in range(4)]


def test_a_table_without_pictures_is_told_when_it_is_named(folder: Path) -> None:
    with pytest.raises(TableError, match=r"column of pictures .*numbers\.parquet has: n"):
        list(pictures([str(folder / "numbers.parquet")]))


def test_a_broken_table_is_told(tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_bytes(b"nothing")
    with pytest.raises(TableError, match=r"t\.parquet"):
        list(pictures([str(tmp_path)]))


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
