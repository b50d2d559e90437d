from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from core.__main__ import is_folder, main
from core.batch import console, progress
from core.output.escaping import escaped
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
    results = lines(capsys.readouterr().out)
    assert [result["file"] for result in results] == [first, second]
    assert all(result["width"] == result["height"] == 720 and result["error"] is None for result in results)
    assert results[0]["faces"] == results[1]["faces"]
    assert len(results[0]["faces"]) == 1  # type: ignore[arg-type]


def test_a_bad_picture_stops_nothing_and_shows_in_the_status(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(folder), str(folder / "absent.jpg")]) == 1
    results = lines(capsys.readouterr().out)
    assert [Path(str(result["file"])).name for result in results] == ["b.jpg", "broken.png", "a.jpg", "absent.jpg"]
    assert [result["error"] is None for result in results] == [True, False, True, False]


def test_pictures_of_phones_are_found_in_folders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copyfile(faces.DATA / "pictures" / "turned.heic", tmp_path / "IMG_0001.HEIC")
    assert main([str(tmp_path)]) == 0
    (result,) = lines(capsys.readouterr().out)
    assert (result["width"], result["height"]) == (540, 720)
    assert len(result["faces"]) == 1  # type: ignore[arg-type]


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
        (["x.jpg", "--server", "http://x", "--processes", "2"], "--server without"),
        (["x.jpg", "--server", "http://x", "--engine", "ray"], "--server without"),
        (["x.jpg", "--server", "http://x", "--out", "folder/"], "received the folder folder/"),
        ([f"{faces.FOLDER}/{faces.ADULT}", "--server", "http://127.0.0.1:1"], "did not respond"),
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


@pytest.mark.parametrize("out", ["b.jpg", "broken.png", "notes.txt", "link.jsonl", "hard.jsonl", "new.jpg", "blob"])
def test_no_input_and_no_picture_is_the_place_for_results(
    folder: Path, out: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "link.jsonl").symlink_to(folder / "notes.txt")
    (folder / "hard.jsonl").hardlink_to(folder / "sub" / "a.jpg")
    (folder / "blob").write_bytes((folder / "b.jpg").read_bytes())
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    for form in ("jsonl", "csv"):
        assert main([str(folder), str(folder / "notes.txt"), "--format", form, "--out", str(folder / out)]) == 2
        assert "--out" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_a_folder_of_pictures_is_no_place_for_parts(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(folder.rglob("*"))
    for out in (str(folder), f"{folder}/", f"file://{folder}/"):
        assert main([str(folder), "--out", out]) == 2
        assert "different from every input" in capsys.readouterr().err
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize("wrong", [["--detector", "nobody"], ["--classifier", "nobody"]])
def test_a_wrong_name_leaves_results_as_they_were(
    folder: Path, wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "old.jsonl").write_text("old\n")
    (folder / "empty").mkdir()
    for input_folder in (folder, folder / "empty"):
        for out in ("old.jsonl", "new.jsonl", "parts/"):
            assert main([str(input_folder), *wrong, "--out", f"{folder}/{out}"]) == 2
            assert "nobody" in capsys.readouterr().err
    assert (folder / "old.jsonl").read_text() == "old\n"
    assert sorted(path.name for path in folder.iterdir()) == [
        "b.jpg",
        "broken.png",
        "empty",
        "notes.txt",
        "old.jsonl",
        "sub",
    ]


def test_a_result_is_replaced_by_a_whole_one_only(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    old = folder / "old.jsonl"
    old.write_text("old\n")
    original = progress.show_progress

    def pressed(results, pictures, before):  # type: ignore[no-untyped-def]
        yield next(original(results, pictures, before))
        assert old.read_text() == "old\n"
        raise KeyboardInterrupt

    monkeypatch.setattr(console, "show_progress", pressed)
    assert main([str(folder), "--out", str(old)]) == 130
    assert old.read_text() == "old\n"
    assert f"is in {old}.partial" in capsys.readouterr().err
    assert len((folder / "old.jsonl.partial").read_text().splitlines()) == 1
    monkeypatch.setattr(console, "show_progress", original)
    assert main([str(folder), "--out", str(old)]) == 1
    assert [Path(str(result["file"])).name for result in lines(old.read_text())] == ["b.jpg", "broken.png", "a.jpg"]
    assert not list(folder.glob(".fairest*"))


def test_a_folder_in_which_nothing_was_found_says_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "empty").mkdir()
    (folder / "empty" / "Thumbs.db").touch()
    (folder / "old.jsonl").write_text("old\n")
    assert main([str(folder / "empty"), "--out", str(folder / "old.jsonl")]) == 0
    printed = capsys.readouterr()
    assert f"Expected pictures in {folder / 'empty'}; none was found" in printed.err
    assert (folder / "old.jsonl").read_text() == "old\n"


@pytest.mark.parametrize(
    ("encoding", "form"), [("cp1252", "jsonl"), ("cp1252", "csv"), ("ascii", "jsonl"), ("utf-8", "csv")]
)
def test_names_of_any_kind_reach_any_console(tmp_path: Path, encoding: str, form: str) -> None:
    names = [b"\xff\xd4.jpg", "Фото 写真.jpg".encode(), b"a\rb\n.jpg"]
    for name in names:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(b"none")
    completed = subprocess.run(
        [sys.executable, "-m", "core", ".", "--format", form],
        cwd=tmp_path,
        env=os.environ | {"PYTHONIOENCODING": encoding, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )
    assert completed.returncode == 1
    assert b"Error" not in completed.stderr
    text = completed.stdout.decode(encoding)
    if form == "jsonl":
        assert sorted(os.fsencode(str(result["file"])) for result in lines(text)) == sorted(names)
    else:
        files = {row["file"] for row in csv.DictReader(io.StringIO(text, newline=""))}
        assert files == {"a\rb\n.jpg", "\\udcff\\udcd4.jpg", escaped("Фото 写真.jpg", encoding)}


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
    completed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in completed.stdout.split()}
    assert not loaded & {"tensorflow", "keras", "streamlit", "av", "aiortc", "ray"}
