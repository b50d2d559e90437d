from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.batch.listing import Picture, list_pictures
from core.batch.reading import ROWS, Reader
from core.errors import ImageError
from core.settings import PictureSettings
from tests.core.batch.factories import damaged_zip, jpeg, table


@pytest.fixture
def reader() -> Reader:
    return Reader(PictureSettings(max_picture_mb=1))


def test_a_file_by_path_and_by_address(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg(77))
    for text in (str(tmp_path / "a.jpg"), f"file://{tmp_path}/a.jpg"):
        (picture,) = list_pictures([text])
        assert reader.read(picture).shape == (32, 32, 3)


@pytest.mark.parametrize("struct", [False, True])
def test_every_row_is_its_own_picture_in_any_order(reader: Reader, tmp_path: Path, struct: bool) -> None:
    shades = list(range(10, 10 + 3 * ROWS))
    path = table(tmp_path / "t.parquet", [jpeg(shade) for shade in shades], struct=struct)
    pictures = list(list_pictures([str(path)]))
    order = np.random.default_rng(1).permutation(len(pictures))
    for number in [*range(len(pictures)), *order]:
        assert int(reader.read(pictures[number])[0, 0, 0]) == pytest.approx(shades[number], abs=2)


def test_rows_of_one_large_group(reader: Reader, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"bytes": [jpeg(shade) for shade in range(100)]}), path)
    for number in (0, 1, 50, 99, 3):
        assert int(reader.read(Picture("x", "", str(path), 0, number))[0, 0, 0]) == pytest.approx(number, abs=2)


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_what_cannot_be_read_is_reported(reader: Reader, tmp_path: Path, scheme: str) -> None:
    (tmp_path / "large.jpg").write_bytes(bytes(1_100_000))
    (tmp_path / "text.jpg").write_bytes(b"text")
    for name, message in (("large", "at most 1 MB"), ("text", "something else"), ("absent", "cannot be read")):
        (picture,) = list_pictures([f"{scheme}{tmp_path}/{name}.jpg"])
        with pytest.raises(ImageError, match=message):
            reader.read(picture)


def test_a_row_without_a_picture_is_reported(reader: Reader, tmp_path: Path) -> None:
    path = table(tmp_path / "t.parquet", [jpeg(1), None])
    with pytest.raises(ImageError, match="empty"):
        reader.read(Picture("x", "", str(path), 0, 1))


@pytest.mark.parametrize("name", ["crc", "deflated", "encrypted", "method"])
def test_an_entry_of_a_zip_that_cannot_be_read_is_reported(reader: Reader, tmp_path: Path, name: str) -> None:
    pictures = {picture.file: picture for picture in list_pictures([f"zip://::{damaged_zip(tmp_path / 'a.zip')}"])}
    assert reader.read(pictures["z.jpg"]).shape == (32, 32, 3)
    with pytest.raises(ImageError, match=r"^Expected a picture; the file cannot be read \(.{10,}\)\.$"):
        reader.read(pictures[f"{name}.jpg"])


def test_a_table_that_went_is_reported(reader: Reader, tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="cannot be read"):
        reader.read(Picture("x", "", str(tmp_path / "gone.parquet"), 0, 0))
