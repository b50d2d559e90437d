from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from core.batch import parts
from core.batch.parts import Parts, PartsError
from core.batch.rating import Models
from core.face import Box, Face
from core.output.sinks import Result
from core.settings import PictureSettings, RatingSettings

MODELS = Models("facegrid_fine", "mobilenet_v2", RatingSettings(), PictureSettings())
FACE = Face(Box(1, 2, 3, 4), 0.9, 3.4, "Sexy", 0.8, 31)


def good(name: str) -> Result:
    return Result(name, 640, 480, None, 1.5, [FACE, Face(Box(1, 2, 3, 4), 0.5, refused="too small")])


def bad(name: str) -> Result:
    return Result(name, None, None, "Expected a picture.", None, [])


@pytest.mark.parametrize("form", ["parquet", "jsonl"])
def test_rows_have_the_columns_of_the_file_contract(tmp_path: Path, form: str) -> None:
    output = Parts(str(tmp_path / "out"), form, MODELS)
    output.write(good("a.jpg"))
    output.write(bad("b.jpg"))
    output.close()
    (path,) = (tmp_path / "out" / "results").glob(f"part-000001-*.{form}")
    rows = pq.read_table(path).to_pylist() if form == "parquet" else [json.loads(path.read_text())]
    assert rows == [good("a.jpg").to_dict()]
    (path,) = (tmp_path / "out" / "errors").glob("part-*")
    rows = pq.read_table(path).to_pylist() if form == "parquet" else [json.loads(path.read_text())]
    assert rows == [{"file": "b.jpg", "error": "Expected a picture."}]
    assert output.failed == 1


@pytest.mark.parametrize("form", ["parquet", "jsonl"])
def test_a_later_run_knows_what_is_there(tmp_path: Path, form: str) -> None:
    first = Parts(str(tmp_path), form, MODELS)
    first.write(good("a.jpg"))
    first.write(bad("b.jpg"))
    first.close()
    first.write(good("c.jpg"))
    first.close()
    reopened = Parts(str(tmp_path), form, MODELS)
    assert (reopened.before, reopened.failed) == (3, 1)
    assert [reopened.new(name) for name in ("a.jpg", "b.jpg", "c.jpg", "d.jpg", "d.jpg")] == [False] * 3 + [True, False]


@pytest.mark.parametrize("form", ["parquet", "jsonl"])
def test_a_name_that_is_no_utf8_reaches_the_table_and_is_known_again(tmp_path: Path, form: str) -> None:
    name = os.fsdecode(b"\xff\xd4.jpg")
    output = Parts(str(tmp_path), form, MODELS)
    output.write(good(name))
    output.write(bad("b" + name))
    output.close()
    (path,) = (tmp_path / "results").glob("part-*")
    rows = pq.read_table(path).to_pylist() if form == "parquet" else [json.loads(path.read_bytes())]
    assert rows[0]["file"] == ("\\udcff\\udcd4.jpg" if form == "parquet" else name)
    reopened = Parts(str(tmp_path), form, MODELS)
    assert [reopened.new(file) for file in (name, "b" + name, "c" + name)] == [False, False, True]


def test_a_folder_that_is_something_else_or_damaged_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("mine")
    with pytest.raises(PartsError, match=r"run\.json; it is something else"):
        Parts(str(tmp_path), "jsonl", MODELS)
    assert (tmp_path / "run.json").read_text() == "mine"
    for form, name in (("parquet", "part-000001-aa.parquet"), ("jsonl", "part-000001-aa.jsonl")):
        Parts(str(tmp_path / form), form, MODELS)
        (tmp_path / form / "results" / name).write_bytes(b"damaged")
        with pytest.raises(PartsError, match="the file is damaged"):
            Parts(str(tmp_path / form), form, MODELS)
    with pytest.raises(PartsError, match="valid UTF-8"):
        Parts(os.fsdecode(b"\xff"), "jsonl", MODELS)


def test_what_was_killed_while_it_wrote_is_not_there(tmp_path: Path) -> None:
    output = Parts(str(tmp_path), "jsonl", MODELS)
    (tmp_path / "results" / ".part-000001-aa.jsonl").write_text('{"file": "a.')
    output.write(good("b.jpg"))
    output.close()
    assert Parts(str(tmp_path), "jsonl", MODELS).new("a.jpg")


def test_parts_are_written_by_number_and_by_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "ROWS", 3)
    now = [0.0]
    output = Parts(str(tmp_path), "parquet", MODELS, clock=lambda: now[0])
    counts = []
    for number in range(5):
        output.write(good(str(number)))
        counts.append(len(list((tmp_path / "results").glob("part-*"))))
    now[0] = parts.SECONDS
    output.write(good("late"))
    assert counts == [0, 0, 1, 1, 1]
    assert len(list((tmp_path / "results").glob("part-*"))) == 2


def test_a_folder_of_another_run_is_refused(tmp_path: Path) -> None:
    Parts(str(tmp_path), "parquet", MODELS)
    other_models = Models("facegrid_fine", "sexyness_cnn", RatingSettings(min_face=40), PictureSettings())
    with pytest.raises(PartsError, match=r"classifier: mobilenet_v2 there, sexyness_cnn now, min_face: 32 there"):
        Parts(str(tmp_path), "parquet", other_models)


def test_a_run_is_what_the_rows_depend_on(tmp_path: Path) -> None:
    Parts(str(tmp_path), "jsonl", MODELS)
    facts = json.loads((tmp_path / "run.json").read_text())
    assert re.fullmatch(r"[0-9a-f]{16}", facts.pop("weights"))
    assert facts == {
        "format": "jsonl",
        "detector": "facegrid_fine",
        "classifier": "mobilenet_v2",
        "label_above": "Sexy",
        "label_below": "Ugly",
        "min_age": 18,
        "min_face": 32,
        "max_picture_mb": 25,
        "max_megapixels": 40,
    }


def test_a_run_goes_on_with_other_threads_and_first_choices(tmp_path: Path) -> None:
    Parts(str(tmp_path), "parquet", MODELS)
    other_settings = RatingSettings(threads=7, detector="facetracker", classifier="ensemble")
    Parts(str(tmp_path), "parquet", replace(MODELS, rating=other_settings))


def test_an_address_is_a_folder_too(tmp_path: Path) -> None:
    output = Parts(f"file://{tmp_path}/out/", "parquet", MODELS)
    output.write(good("a.jpg"))
    output.close()
    assert not Parts(f"file://{tmp_path}/out", "parquet", MODELS).new("a.jpg")
