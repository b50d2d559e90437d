from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import datetime

from tests.webapp import factories
from webapp.photos.exports import as_csv, as_json, as_zip, csv_file

PHOTOS = [
    factories.photo(1, "a.jpg", factories.face(3.4), factories.face(refused="too small")),
    factories.damaged(2, "b.jpg"),
]
NOW = datetime(2026, 1, 2, 3, 4, 6)


def test_csv_has_a_row_a_face_and_one_for_what_could_not_be_opened() -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(PHOTOS))))
    assert [(row["file"], row["rating"], row["refused"]) for row in rows] == [
        ("a.jpg", "3.4", ""),
        ("a.jpg", "", "too small"),
        ("b.jpg", "", ""),
    ]
    assert "damaged" in rows[2]["error"]


def test_no_name_is_run_by_a_spreadsheet() -> None:
    names = ["=1+1.jpg", "+1.jpg", "-1.jpg", "@SUM(A1).jpg", "\tx.jpg", "plain.jpg"]
    rows = csv.DictReader(
        io.StringIO(as_csv([factories.photo(n, name, factories.face()) for n, name in enumerate(names)]))
    )
    assert [row["file"] for row in rows] == [*(f"'{name}" for name in names[:-1]), "plain.jpg"]


def test_the_file_opens_in_excel_with_every_letter() -> None:
    data = csv_file([factories.photo(1, "фото 写真.jpg", factories.face(3.4))])
    assert data.startswith(b"\xef\xbb\xbffile,")
    (row,) = csv.DictReader(io.StringIO(data.decode("utf-8-sig")))
    assert row["file"] == "фото 写真.jpg"


def test_the_zip_unpacks_on_any_system() -> None:
    names = ["a:b?.jpg", "CON.png", "nul", "com1.tar.jpg", "фото|.jpg"]
    with zipfile.ZipFile(
        io.BytesIO(as_zip([factories.photo(n, name, factories.face()) for n, name in enumerate(names)], NOW))
    ) as archive:
        assert archive.namelist() == ["a_b_.jpg", "_CON.jpg", "_nul.jpg", "_com1.tar.jpg", "фото_.jpg"]


def test_json_is_an_array_of_the_contracts_objects() -> None:
    first, second = json.loads(as_json(PHOTOS))
    assert first["file"] == "a.jpg"
    assert [face["rating"] for face in first["faces"]] == [3.4, None]
    assert second["faces"] == []
    assert "damaged" in second["error"]


def test_the_zip_holds_the_drawn_pictures_under_names_of_their_own() -> None:
    names = ["a.png", "A.JPG", "../../etc/passwd.jpg", "..", "C:\\x\\b.heic"]
    data = as_zip(
        [
            *(factories.photo(n, name, factories.face()) for n, name in enumerate(names)),
            factories.damaged(9, "z.jpg"),
        ],
        NOW,
    )
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == ["a.jpg", "A-2.jpg", "passwd.jpg", "picture.jpg", "b.jpg"]
        assert archive.read("a.jpg") == b"drawn"
        assert archive.getinfo("a.jpg").date_time == (2026, 1, 2, 3, 4, 6)
