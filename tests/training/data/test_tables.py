from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.face import Box
from tests.training.conftest import save
from training.data import schemas
from training.data.csv_cells import read_cells
from training.data.tables import Schema, integer, number, read_table, text
from training.errors import DataError

HEADER = "file,group,score,source,test_fold,split_60_40,x,y,w,h"
ROWS = [
    "a.png,AF,3.433333,DataTang,4,train,68.6,40.5,107.7,148.8",
    "b.png,AM,2.5,internet,2,test,51.4,30.2,137.8,195.4",
    "c.png,CF,4,lab,5,train,45.3,33.6,141.3,192.7",
]
SCORES = [3.433333, 2.5, 4.0]


def table(folder: Path, text: str, encoding: str = "utf-8", name: str = "labels.csv") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(text.encode(encoding))
    return folder / name


def joined(rows: list[str], end: str = "\n") -> str:
    return end.join([HEADER, *rows]) + end


def changed(line: int, **cells: str) -> str:
    """The table with other cells in a line, counted as an editor counts."""
    names = HEADER.split(",")
    rows = [row.split(",") for row in ROWS]
    for name, cell in cells.items():
        rows[line - 2][names.index(name)] = cell
    return joined([",".join(row) for row in rows])


def decimal_commas(content: str) -> str:
    return content.replace(",", ";").replace(".png", "|png").replace(".", ",").replace("|", ".")


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        pytest.param(joined(ROWS), "utf-8", id="plain"),
        pytest.param(joined(ROWS), "utf-8-sig", id="byte order mark"),
        pytest.param(joined(ROWS), "utf-16", id="utf-16"),
        pytest.param(joined(ROWS).replace(",", "\t"), "utf-16", id="Excel's unicode text"),
        pytest.param(joined(ROWS).replace(",", ";"), "utf-8", id="semicolons"),
        pytest.param(decimal_commas(joined(ROWS)), "utf-8-sig", id="decimal commas"),
        pytest.param("sep=;\r\n" + decimal_commas(joined(ROWS, "\r\n")), "utf-8-sig", id="told to Excel"),
        pytest.param(joined(ROWS).replace("3.433333", '"3,433333"'), "utf-8", id="one decimal comma, quoted"),
        pytest.param(joined(ROWS, "\r\n"), "utf-8", id="Windows"),
        pytest.param(joined(ROWS, "\r"), "utf-8", id="old Mac"),
        pytest.param("\n" + joined([*ROWS, "", ",,,,,,,,,"]), "utf-8", id="empty lines"),
        pytest.param(joined(ROWS).replace("\n", ",,\n"), "utf-8", id="empty columns at the end"),
        pytest.param(joined(ROWS).replace(",", " , ").replace("png ", "png"), "utf-8", id="spaces"),
        pytest.param(joined(ROWS).replace(",5,train", ",5.0,train"), "utf-8", id="whole numbers with a point"),
    ],
)
def test_every_dialect_of_a_spreadsheet_reads_the_same(tmp_path: Path, content: str, encoding: str) -> None:
    rows = read_table(table(tmp_path, content, encoding), schemas.SCUT_FBP5500)
    assert [row["file"] for row in rows] == ["a.png", "b.png", "c.png"]
    assert [row["score"] for row in rows] == SCORES
    assert [row["test_fold"] for row in rows] == [4, 2, 5]
    assert rows[0].box == Box(68.6, 40.5, 107.7, 148.8)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (changed(3, score="99"), r"score of 1 to 5 in .*labels\.csv, line 3, column score; received '99'"),
        (changed(3, score="nan"), r"line 3, column score; received 'nan'"),
        (changed(3, score="inf"), r"line 3, column score; received 'inf'"),
        (changed(3, score="1e999"), r"line 3, column score"),
        (changed(3, score="1_0"), r"line 3, column score"),
        (changed(3, score=""), r"line 3, column score; received an empty cell"),
        (changed(3, score="high"), r"line 3, column score; received 'high'"),
        (changed(3, score="0"), r"line 3, column score; received '0'"),
        (changed(3, test_fold="6"), r"whole number of 1 to 5 .* line 3, column test_fold; received '6'"),
        (changed(3, test_fold="2.5"), r"line 3, column test_fold; received '2.5'"),
        (changed(3, group=""), r"line 3, column group; received an empty cell"),
        (changed(3, file=""), r"line 3, column file; received an empty cell"),
        (changed(3, file="../../b.png"), r"line 3, column file"),
        (changed(3, file="/etc/b.png"), r"line 3, column file"),
        (changed(4, file="a.png"), r"each file once .* line 4 has a\.png, as line 2 has"),
        (changed(3, x="nan"), r"line 3, column x; received 'nan'"),
        (changed(3, x=""), r"line 3, column x; received an empty cell"),
        (changed(3, w="-5"), r"line 3, column w; received '-5'"),
        (changed(3, h="0"), r"line 3, column h; received '0'"),
        (changed(3, x="-60"), r"a box inside the picture .* line 3, columns x, y, w, h; received -60, "),
        (changed(3, y="1e9"), r"line 3, column y"),
        (joined([ROWS[0], "b.png,", ROWS[2]]), r"10 cells in .*, line 3.*received 2: column score is not there"),
        (joined([ROWS[0], ROWS[1] + ",7"]), r"line 3.*received 11"),
        (changed(3, score="2,5"), r"line 3.*received 11.*needs quotes"),
        (joined(ROWS).replace("score", "rating"), r"columns file, .* in .*, line 1; received .*rating.*Missing: score"),
        (joined(ROWS).replace("group", "score"), r"line 1.*Missing: group"),
        (joined(ROWS).replace("split_60_40", "score"), r"line 1.*Twice: score"),
        ("", r"columns file, .* line 1; received none\. Missing"),
        (HEADER + "\n", r"expected a row or more in .*labels\.csv"),
        ("\0\0\0\0", r"line 1"),
        (joined([ROWS[0], '"' + ROWS[1]]), r"expected a CSV in .*; line 3 cannot be read"),
        (joined([ROWS[0].replace("AF", '"two\nlines"').replace("3.433333", "9")]), r"line 2, column group"),
    ],
)
def test_what_is_wrong_is_named_by_file_line_and_column(tmp_path: Path, content: str, says: str) -> None:
    path = table(tmp_path, content)
    with pytest.raises(DataError, match=says) as caught:
        read_table(path, schemas.SCUT_FBP5500)
    assert str(path) in str(caught.value)


def test_another_encoding_is_named_with_its_line(tmp_path: Path) -> None:
    content = joined([ROWS[0], ROWS[1].replace("AM", "\u0416")])
    with pytest.raises(DataError, match=r"UTF-8 in .*labels\.csv; line 3 is in another encoding"):
        read_table(table(tmp_path, content, "cp1251"), schemas.SCUT_FBP5500)


def test_a_cell_of_any_length_gets_a_sentence(tmp_path: Path) -> None:
    for content in ("a" * 200_000, "a" * 200_000 + "\n1\n", f"{'a' * 200_000};file\n1;2\n"):
        with pytest.raises(DataError, match=r"a CSV in .*labels\.csv; line 1 cannot be read .*field larger than"):
            read_table(table(tmp_path, content), schemas.SCUT_FBP5500)


def test_a_long_header_is_split_by_the_delimiter_that_it_has(tmp_path: Path) -> None:
    names = ["file", *[f"column{number}" for number in range(20_000)]]
    rows = list(read_cells(table(tmp_path, "\n".join([";".join(names), ";".join(names)]) + "\n"), ["file"]))
    assert [(line, len(cells)) for line, cells in rows] == [(2, 20_001)]


def test_a_table_that_cannot_be_read_gets_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = table(tmp_path, joined(ROWS))

    def fails(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", fails)
    with pytest.raises(DataError, match=r"labels\.csv; it cannot be read \(Permission denied\)"):
        read_table(path, schemas.SCUT_FBP5500)


@pytest.mark.parametrize(("x", "inside"), [("0", True), ("62", True), ("70", False), ("5000", False)])
def test_boxes_lie_in_the_picture_that_is_there(tmp_path: Path, x: str, inside: bool) -> None:
    save(tmp_path / "images" / "b.png", np.zeros((240, 200, 3), np.uint8))
    path = table(tmp_path, changed(3, x=x))
    if inside:
        assert len(read_table(path, schemas.SCUT_FBP5500)) == 3
        return
    with pytest.raises(DataError, match=r"inside the picture of 200 x 240 pixels in .*, line 3, columns x, y, w, h"):
        read_table(path, schemas.SCUT_FBP5500)


def test_a_face_may_have_no_box_where_its_set_says_so(tmp_path: Path) -> None:
    empty_box = dict.fromkeys("xywh", "")
    assert read_table(table(tmp_path, changed(3, **empty_box)), schemas.SCUT_FBP5500)[1].box is None
    content = "file,split,gender,ethnicity,score,x,y,w,h\na.png,train,female,asian,5,,,,\n"
    with pytest.raises(DataError, match=r"line 2, column x; received an empty cell"):
        read_table(table(tmp_path, content), schemas.MEBEAUTY)


BOXES = "set,split,file,img_w,img_h,x,y,w,h,ignore\n"


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("wider,train,a.png,320,240,10,10,50,50,0", None),
        ("fddb,train,a.png,320,240,-30,-60,150,210,0", None),
        ("wider,val,a.png,320,240,310,230,0,0,1", None),
        ("wider,train,a.png,320,240,310,230,50,50,0", "inside the picture of 320 x 240"),
        ("wider,train,a.png,320,240,400,10,50,50,0", "inside the picture of 320 x 240"),
        ("wider,train,a.png,320,240,10,10,0,50,0", "column w; received '0'"),
        ("wider,train,a.png,320,240,10,10,nan,50,1", "column w; received 'nan'"),
        ("wider,train,a.png,0,240,10,10,50,50,0", "column img_w; received '0'"),
        ("wider,train,a.png,320,240,10,10,50,50,yes", "column ignore; received 'yes'"),
        ("nobody,train,a.png,320,240,10,10,50,50,0", "one of fairest, .*column set; received 'nobody'"),
        ("wider,Train,a.png,320,240,10,10,50,50,0", "one of train, val .*column split; received 'Train'"),
    ],
)
def test_face_boxes_are_held_against_the_size_in_their_row(tmp_path: Path, row: str, says: str | None) -> None:
    path = table(tmp_path, BOXES + row + "\n", name="boxes.csv")
    if says is None:
        assert len(read_table(path, schemas.FACES)) == 1
        return
    with pytest.raises(DataError, match=says):
        read_table(path, schemas.FACES)


@pytest.mark.parametrize(
    ("schema", "header", "good", "bad", "says"),
    [
        (schemas.UTKFACE, "file,age,gender,race", "a.png,30,1,4", "b.png,30,2,4", "column gender"),
        (schemas.UTKFACE, "file,age,gender,race", "a.png,30,1,4", "b.png,-1,1,4", "column age"),
        (schemas.UTKFACE, "file,age,gender,race,part", "a.png,1,1,4,second", "b.png,1,1,4,third", "column part"),
        (schemas.AAF, "file,age,gender", "a.png,5,0", "b.png,five,0", "column age"),
        (schemas.FAIRFACE, "file,age,gender,race", "a.png,20-29,Male,White", "b.png,20-29,Man,White", "column gender"),
        (schemas.FAIRFACE_DECADES, "file,decade,gender,race", "a.png,3-9,Male,White", "b.png,7,Male,White", "decade"),
        (
            schemas.OMI,
            "file,attractive,sd,raters,looks_aged,looks_female",
            "a.png,46.5,20,38,50,86.9",
            "b.png,146.5,20,38,50,86.9",
            "column attractive",
        ),
        (schemas.TEACHER, "panel,file,x,y,w,h,rating", "utkface,a.png,-3,-4,9,9,2", "utkface,b.png,1,2,3,4,0.5", "rat"),
        (schemas.REFUSED, "set,file,age", "mebeauty,a.png,17.5", "mebeauty,b.png,young", "column age"),
    ],
)
def test_every_set_has_its_schema(tmp_path: Path, schema: Schema, header: str, good: str, bad: str, says: str) -> None:
    assert len(read_table(table(tmp_path, f"{header}\n{good}\n"), schema)) == 1
    with pytest.raises(DataError, match=rf"labels\.csv, line 3.*{says}"):
        read_table(table(tmp_path, f"{header}\n{good}\n{bad}\n"), schema)


def test_a_column_that_may_lack_is_none(tmp_path: Path) -> None:
    assert read_table(table(tmp_path, "file,age,gender,race\na.png,3,0,1\n"), schemas.UTKFACE)[0]["part"] is None


def test_rows_may_repeat_where_nothing_is_unique(tmp_path: Path) -> None:
    schema = Schema((text("word", ("yes", "no")), number("part", 0, 1), integer("many", 0, 9)), unique=())
    rows = read_table(table(tmp_path, "many;part;word\n3;0,5;yes\n3;0,5;yes\n"), schema)
    assert [dict(row.values) for row in rows] == [{"word": "yes", "part": 0.5, "many": 3}] * 2
    assert [row.line for row in rows] == [2, 3]


def test_rows_as_they_are_written_know_every_dialect_too(tmp_path: Path) -> None:
    assert [cells for _, cells in read_cells(table(tmp_path, "a;b\n1;2,5\n", "utf-8-sig"))] == [{"a": "1", "b": "2,5"}]
