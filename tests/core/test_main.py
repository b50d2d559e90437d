from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from core.__main__ import is_folder, main
from core.settings import ROOT
from tests import faces


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """b.jpg and sub/a.jpg are faces; broken.png is none; notes.txt is ignored."""
    (tmp_path / "sub").mkdir()
    shutil.copyfile(faces.FOLDER / faces.ADULT, tmp_path / "b.jpg")
    shutil.copyfile(faces.FOLDER / faces.ADULT, tmp_path / "sub" / "a.jpg")
    (tmp_path / "broken.png").write_bytes(b"no picture")
    (tmp_path / "notes.txt").write_text("not a picture")
    return tmp_path


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_pictures_in_the_order_given(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = str(folder / "sub" / "a.jpg"), str(folder / "b.jpg")
    assert main([first, second]) == 0
    objects = lines(capsys.readouterr().out)
    assert [o["file"] for o in objects] == [first, second]
    assert all(o["width"] == o["height"] == 720 and o["error"] is None for o in objects)
    assert objects[0]["faces"] == objects[1]["faces"]
    assert len(objects[0]["faces"]) == 1  # type: ignore[arg-type]


def test_a_bad_picture_stops_nothing_and_shows_in_the_status(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(folder), str(folder / "absent.jpg")]) == 1
    objects = lines(capsys.readouterr().out)
    assert [Path(str(o["file"])).name for o in objects] == ["b.jpg", "broken.png", "a.jpg", "absent.jpg"]
    assert [o["error"] is None for o in objects] == [True, False, True, False]


def test_pictures_of_phones_are_found_in_folders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copyfile(faces.DATA / "pictures" / "turned.heic", tmp_path / "IMG_0001.HEIC")
    assert main([str(tmp_path)]) == 0
    (found,) = lines(capsys.readouterr().out)
    assert (found["width"], found["height"]) == (540, 720)
    assert len(found["faces"]) == 1  # type: ignore[arg-type]


def test_csv_to_a_file(folder: Path) -> None:
    out = folder / "out.csv"
    assert main([str(folder / "b.jpg"), str(folder / "broken.png"), "--format", "csv", "--out", str(out)]) == 1
    rows = list(csv.DictReader(out.open(newline="")))
    assert [bool(row["error"]) for row in rows] == [False, True]
    assert float(rows[0]["w"]) > 100


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "at least one picture"),
        (["x.jpg", "--detector", "nobody"], "nobody"),
        (["x.jpg", "--classifier", "nobody"], "nobody"),
        (["x.jpg", "--format", "xml"], "xml"),
        (["x.jpg", "--format", "parquet"], "--out FOLDER"),
        (["x.jpg", "--format", "csv", "--out", "folder/"], "jsonl or parquet"),
        (["x.jpg", "--processes", "0"], "1 or more"),
        (["x.jpg", "--processes", "2", "--engine", "ray"], "not both"),
        (["x.jpg", "--address", "auto"], "--engine ray"),
        (["nothing://x"], "nothing://x"),
        (["x.jpg", "--out", "/no/such/folder/out"], "/no/such/folder/out"),
    ],
)
def test_a_wrong_call_is_status_2(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        status = main(arguments)
    except SystemExit as stop:
        status = int(stop.code or 0)
    assert status == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize(
    ("out", "form", "engine", "folder"),
    [
        (None, "parquet", "pool", False),
        ("rows", None, "pool", False),
        ("rows/", None, "pool", True),
        (".", None, "pool", True),
        ("rows", "parquet", "pool", True),
        ("rows", None, "ray", True),
        ("rows.jsonl", None, "ray", False),
    ],
)
def test_where_results_go(out: str | None, form: str | None, engine: str, folder: bool) -> None:
    assert is_folder(out, form, engine) is folder


def test_without_ray_a_sentence_says_how_to_get_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    assert main([str(folder), "--engine", "ray"]) == 2
    assert "requirements-ray.txt" in capsys.readouterr().err


def test_ctrl_c_is_status_130(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def pressed(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("core.__main__.rate_all", pressed)
    assert main([str(folder)]) == 130
    assert "stopped" in capsys.readouterr().err


def test_bad_settings_are_status_2(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("FAIREST_MIN_AGE", "3")
    assert main(["x.jpg"]) == 2
    assert "min_age" in capsys.readouterr().err


def test_a_min_age_without_effect_is_told_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("core.__main__.min_age_note", lambda settings: f"min_age={settings.min_age} has no effect")
    monkeypatch.setattr("core.__main__.rate_all", lambda *_: 0)
    monkeypatch.setenv("FAIREST_MIN_AGE", "20")
    assert main([str(folder)]) == 0
    captured = capsys.readouterr()
    assert captured.err == "python -m core: min_age=20 has no effect\n"
    assert captured.out == ""


def test_list_names_every_model_with_its_scores(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    out = capsys.readouterr().out
    assert "detector    facetracker" in out
    assert "classifier  sexyness_cnn" in out
    assert "agenet" not in out
    assert "pearson" in out


def test_core_imports_neither_tensorflow_nor_the_web() -> None:
    code = "import sys, core.__main__; print(*sys.modules)"
    names = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in names.stdout.split()}
    assert not loaded & {"tensorflow", "keras", "streamlit", "av", "aiortc", "ray"}
