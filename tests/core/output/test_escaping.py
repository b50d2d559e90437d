from __future__ import annotations

import csv
import io
import json
import os
from typing import Any

import pytest

from core.output.escaping import CsvWriter, defuse_formula, escaped, json_line, json_text

ODD = os.fsdecode(b"\xff\xd4\xee.jpg")
"""A name in cp1251, as Linux gives it."""


def test_what_an_encoding_cannot_hold_is_escaped() -> None:
    assert escaped("Фото.jpg") == "Фото.jpg"
    assert escaped("Фa.jpg", "cp1252") == "\\u0424a.jpg"
    assert escaped("\udcff.jpg") == "\\udcff.jpg"


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "ascii", "cp866", "shift_jis"])
@pytest.mark.parametrize("name", ["Фото.jpg", "写真😀.jpg", ODD, "a\u2028b\x85c.jpg", 'q"\\\n.jpg'])
def test_json_reaches_any_encoding_and_comes_back(name: str, encoding: str) -> None:
    line = json_line({"file": name}, encoding)
    assert json.loads(line.encode(encoding).decode(encoding)) == {"file": name}
    assert len(line.splitlines()) == 1


def test_json_stays_readable_where_it_can() -> None:
    assert json_text({"file": "Фото"}) == '{"file": "Фото"}'


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1.jpg",
        "+1.jpg",
        "-1.jpg",
        "@SUM(A1)",
        "\tx",
        "\r=1",
        " =1",
        "\uff1d1",
        "\uff0b1",
        '=HYPERLINK("http://x","a")',
    ],
)
def test_a_formula_gets_an_apostrophe(cell: str) -> None:
    assert defuse_formula(cell).startswith("'")
    assert defuse_formula(cell).replace("'", "") == cell


@pytest.mark.parametrize(
    "cell", ["a.jpg", "a=1.jpg", "a-b.jpg", "", "-1.5", "+3e-05", "-inf", "Фото (1).jpg", "1-2.jpg"]
)
def test_what_is_none_stays(cell: str) -> None:
    assert defuse_formula(cell) == cell


def test_none_begins_where_other_spreadsheets_part_cells() -> None:
    assert defuse_formula("a;=1") == "a;'=1"
    assert defuse_formula("a\n@x") == "a\n'@x"


def test_rows_come_back_with_any_line_end_within() -> None:
    stream = io.StringIO()
    writer = CsvWriter(stream)
    rows: list[list[Any]] = [["a\rb", "c\nd", "e\r\nf", 'q"', ODD, 1.5, None], ["x"]]
    writer.writerows(rows)
    assert stream.getvalue().endswith("\nx\n")
    assert "\r\n" not in stream.getvalue().replace("e\r\nf", "")
    first, second = csv.reader(io.StringIO(stream.getvalue(), newline=""))
    assert first == ["a\rb", "c\nd", "e\r\nf", 'q"', "\\udcff\\udcd4\\udcee.jpg", "1.5", ""]
    assert second == ["x"]


def test_a_console_of_few_characters() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="cp1252", newline="")
    CsvWriter(stream).writerow(["Ф.jpg", "é"])
    stream.flush()
    assert raw.getvalue().decode("cp1252") == "\\u0424.jpg,é\n"
