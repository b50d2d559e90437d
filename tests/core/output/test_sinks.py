from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

from core.face import Box, Face
from core.output.sinks import COLUMNS, CsvSink, JsonLinesSink, Result

FACE = Face(Box(1, 2, 3, 4), 0.9, 3.4, "Sexy", 0.8, 31)
GOOD = Result("a, b.jpg", 640, 480, None, 14.23, [FACE, FACE])
EMPTY = Result("c.jpg", 640, 480, None, 9.0, [])
BAD = Result("d.jpg", None, None, 'Expected a "picture".', None, [])


def test_json_lines_are_the_file_contract() -> None:
    stream = io.StringIO()
    sink = JsonLinesSink(stream)
    for result in (GOOD, EMPTY, BAD):
        sink.write(result)
    good, empty, bad = (json.loads(line) for line in stream.getvalue().splitlines())
    assert list(good) == ["file", "width", "height", "error", "ms", "faces"]
    assert good["ms"] == 14.2
    assert list(good["faces"][0]) == ["box", "detection", "rating", "label", "probability", "age", "refused", "track"]
    assert empty["faces"] == []
    assert (bad["error"], bad["width"], bad["ms"], bad["faces"]) == ('Expected a "picture".', None, None, [])


def test_no_cell_is_a_formula() -> None:
    stream = io.StringIO()
    sink = CsvSink(stream)
    sink.write(Result('=HYPERLINK("http://x","a")', 640, 480, None, 9.0, [replace(FACE, box=Box(-1.5, 2, 3, 4))]))
    sink.write(Result("b.jpg", None, None, "@SUM(A1)", None, []))
    first, second = csv.DictReader(io.StringIO(stream.getvalue()))
    assert first["file"] == '\'=HYPERLINK("http://x","a")'
    assert first["x"] == "-1.5"
    assert second["error"] == "'@SUM(A1)"


def test_csv_has_a_row_a_face_and_a_row_an_error() -> None:
    stream = io.StringIO()
    sink = CsvSink(stream)
    for result in (GOOD, EMPTY, BAD):
        sink.write(result)
    rows = list(csv.DictReader(io.StringIO(stream.getvalue())))
    assert tuple(rows[0]) == COLUMNS
    assert [row["file"] for row in rows] == ["a, b.jpg", "a, b.jpg", "d.jpg"]
    assert [rows[0][key] for key in "xywh"] == ["1.0", "2.0", "3.0", "4.0"]
    assert rows[0]["refused"] == ""
    assert rows[2]["error"] == 'Expected a "picture".'
