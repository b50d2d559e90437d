"""The loaders of every set, and trainings, on tables in which something is wrong."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.training.conftest import named
from tests.training.data.test_tables import joined, table
from training.__main__ import main
from training.data.faces import load_faces
from training.data.rated import VALIDATION_SHARE, load_mebeauty, load_rated, load_scut, load_scut_test
from training.data.refused import load_refused
from training.data.taught import mix_teacher_ratings
from training.errors import DataError

Breaks = Callable[[str], str]


def broken(data: Path, folder: Path, name: str, change: Breaks) -> Path:
    """A copy of a data folder with another text in one table."""
    shutil.copytree(data, folder / "data")
    path = folder / "data" / name
    path.write_text(change(path.read_text()))
    return folder / "data"


@pytest.mark.parametrize(
    ("name", "column", "load"),
    [
        ("scut_fbp5500/labels.csv", "score", lambda data: load_scut(data, "train")),
        ("scut_fbp5500/labels.csv", "test_fold", lambda data: load_rated(data, "test", ("scut_fbp5500",))),
        ("mebeauty/labels.csv", "score", lambda data: load_mebeauty(data, "test")),
        ("faces/boxes.csv", "w", lambda data: load_faces(data, "validation")),
    ],
)
def test_every_loader_checks_its_whole_table(
    data: Path, tmp_path: Path, name: str, column: str, load: Callable[[Path], object]
) -> None:
    def spoil(content: str) -> str:
        header, *rows = content.splitlines()
        cells = rows[0].split(",")
        cells[header.split(",").index(column)] = "99999999"
        return "\n".join([header, ",".join(cells), *rows[1:]])

    with pytest.raises(DataError, match=rf"{name}, line 2, column {column}"):
        load(broken(data, tmp_path, name, spoil))


def test_teachers_and_lists_are_checked(data: Path, tmp_path: Path) -> None:
    teacher = table(tmp_path, "panel,file,x,y,w,h,rating\nutkface,0.png,1,2,3,4,nan\n", name="teacher.csv")
    with pytest.raises(DataError, match=r"teacher\.csv, line 2, column rating"):
        mix_teacher_ratings(load_scut(data, "train"), data, teacher)
    with pytest.raises(DataError, match=r"list\.csv, line 1.*Missing: age"):
        load_refused(table(tmp_path, "set,file\nmebeauty,a.png\n", name="list.csv"))
    assert load_refused(table(tmp_path, "set,file,age\n", name="nobody.csv")) == frozenset()


def only(low: float, high: float, fold: str) -> str:
    rows = [
        f"{name},AF,{1 + number % 4},lab,{fold},train,60,40,100,140"
        for number, name in enumerate(named("f", 6, low, high))
    ]
    return joined(rows)


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("train", only(0.0, VALIDATION_SHARE, "2")),
        ("validation", only(VALIDATION_SHARE, 1.0, "2")),
        ("train", only(0.0, 1.0, "1")),
        ("validation", only(0.0, 1.0, "1")),
    ],
)
def test_a_part_without_a_face_is_named(tmp_path: Path, part: str, content: str) -> None:
    table(tmp_path / "scut_fbp5500", content)
    with pytest.raises(DataError, match=rf"pictures for {part} in .*scut_fbp5500.labels\.csv; none"):
        load_scut(tmp_path, part)


def test_a_fold_without_a_face_measures_nothing(tmp_path: Path) -> None:
    table(tmp_path / "scut_fbp5500", only(0.0, 1.0, "2"))
    assert len(load_scut_test(tmp_path, 2)) == 6
    with pytest.raises(DataError, match=r"pictures for test \(fold 1\)"):
        load_scut_test(tmp_path)


def test_other_sets_need_all_their_parts_too(data: Path, tmp_path: Path) -> None:
    folder = broken(data, tmp_path, "mebeauty/labels.csv", lambda content: content.replace(",val,", ",train,"))
    with pytest.raises(DataError, match=r"pictures for test in .*mebeauty"):
        load_mebeauty(folder, "test")
    boxes = folder / "faces" / "boxes.csv"
    boxes.write_text(boxes.read_text().replace(",train,", ",val,"))
    with pytest.raises(DataError, match=r"pictures for validation in .*boxes\.csv"):
        load_faces(folder, "validation")


@pytest.mark.parametrize(
    ("model", "name", "change", "says"),
    [
        ("sexyness_cnn", "scut_fbp5500/labels.csv", lambda c: c.replace(",internet,", ",,"), "line 3, column source"),
        ("sexyness_cnn", "scut_fbp5500/labels.csv", lambda c: c.replace("AF", "\udcff"), "UTF-8"),
        ("sexyness_cnn", "mebeauty/labels.csv", lambda c: c.replace("score", "rating"), "Missing: score"),
        ("facetracker", "faces/boxes.csv", lambda c: c.replace("fddb,train", "fddb,dev"), "line 2, column split"),
        ("facegrid", "faces/boxes.csv", lambda c: c.split("\n", maxsplit=1)[0], "a row or more"),
    ],
)
def test_a_wrong_table_ends_a_training_with_a_sentence(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], model: str, name: str, change: Breaks, says: str
) -> None:
    shutil.copytree(data, tmp_path / "data")
    path = tmp_path / "data" / name
    path.write_bytes(change(path.read_text()).encode("utf-8", "surrogateescape"))
    call = ["train", model, "--data", str(tmp_path / "data"), "--runs", str(tmp_path / "runs")]
    assert main([*call, "--backbone-weights", "none", "--epochs", "1", "--batch-size", "4"]) == 2
    message = capsys.readouterr().err.splitlines()[-1]
    assert message.startswith("python -m training: expected")
    assert says in message
    assert str(path) in message


@pytest.mark.parametrize(("model", "rows"), [("facetracker", "helen,"), ("facegrid", "nothing")])
def test_too_little_to_learn_from_ends_with_a_sentence(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], model: str, rows: str
) -> None:
    """Every face ignored, or no picture in which all faces are labelled."""

    def change(content: str) -> str:
        header, *lines = content.splitlines()
        kept = [line for line in lines if line.startswith(rows)] or [line[:-1] + "1" for line in lines]
        return "\n".join([header, *kept])

    call = ["train", model, "--data", str(broken(data, tmp_path, "faces/boxes.csv", change))]
    assert main([*call, "--runs", str(tmp_path), "--backbone-weights", "none", "--batch-size", "4"]) == 2
    assert "python -m training: expected" in capsys.readouterr().err
