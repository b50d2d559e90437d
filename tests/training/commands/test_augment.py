from __future__ import annotations

import argparse
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests import faces
from training.commands import augment
from training.data.labelme import write_labelme
from training.errors import DataError


def run(*arguments: object) -> None:
    parser = argparse.ArgumentParser()
    augment.add_arguments(parser)
    augment.run(parser.parse_args([str(argument) for argument in arguments]))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The six test faces in wide frames, labelled, and a file that is no picture."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in sorted(faces.truth()):
        frame, box = faces.in_frame(name, 400, 200, 0.25, dx=-130)
        cv2.imwrite(str(folder / name), cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
        write_labelme((folder / name).with_suffix(".json"), name, [box], ["face"], 400, 200)
    (folder / "broken.jpg").write_bytes(b"no picture")
    write_labelme(folder / "broken.json", "broken.jpg", [], [], 400, 200)
    return folder


def test_copies_a_sheet_and_a_count(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    run(folder, "--out", out, "--copies", 5, "--side", 150)
    assert len([path for path in out.rglob("*.jpg") if path.parent != out]) == 30
    sheet = cv2.imread(str(out / "contact_sheet.jpg"))
    assert sheet is not None
    assert sheet.std() > 20
    captured = capsys.readouterr()
    assert "6 pictures, 1 skipped" in captured.out
    assert "broken.jpg" in captured.err
    lines = {
        line.split()[0]: [int(word) for word in line.split() if word.isdigit()] for line in captured.out.splitlines()
    }
    counted = np.array([lines[part] for part in ("train", "validation", "test")]).sum(axis=0)
    assert counted.sum() == 30
    assert counted[0] > 0
    assert counted[2] == len(list((out / "negatives").iterdir())) > 0


def test_a_picture_whose_shapes_are_not_understood_is_named_and_taught_as_nothing(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = sorted(path.stem for path in folder.glob("*_08.json"))
    for name, kind in zip(names, ("line", "points", "cuboid", "rotation"), strict=False):
        content = json.loads((folder / f"{name}.json").read_text())
        (x0, y0), (x1, y1) = content["shapes"][0]["points"]
        content["shapes"][0] |= {"shape_type": kind, "points": [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]}
        if kind == "cuboid":
            content["shapes"][0]["points"] *= 2
        (folder / f"{name}.json").write_text(json.dumps(content))
    run(folder, "--out", tmp_path / "out", "--copies", 4, "--side", 150)
    captured = capsys.readouterr()
    assert "3 pictures, 4 skipped" in captured.out
    for name in names[:3]:
        assert f"{name}.json, shape 1 (face)" in captured.err
    written = {path.name.split(".")[0] for path in (tmp_path / "out").rglob("*.jpg")} - {"contact_sheet"}
    assert written == set(names[3:])


def test_the_sheet_goes_where_it_is_wanted(folder: Path, tmp_path: Path) -> None:
    run(folder, "--out", tmp_path / "out", "--copies", 1, "--sheet", tmp_path / "look" / "here.png")
    assert cv2.imread(str(tmp_path / "look" / "here.png")) is not None
    assert not (tmp_path / "out" / "contact_sheet.jpg").exists()


def test_what_comes_next_is_said(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(folder, "--out", tmp_path / "few", "--copies", 1)
    assert "none with a face in validation" in capsys.readouterr().out
    for number in range(20):
        name = f"more{number}.jpg"
        (folder / name).write_bytes((folder / faces.ADULT).read_bytes())
        label = (folder / faces.ADULT).with_suffix(".json").read_text().replace(faces.ADULT, name)
        (folder / name).with_suffix(".json").write_text(label)
    run(folder, "--out", tmp_path / "many", "--copies", 5, "--side", 150)
    stdout = capsys.readouterr().out
    assert "there are none" not in stdout
    assert f"python -m training train facetracker --data {tmp_path / 'many'}" in stdout


def test_unlabelled_pictures_and_faces_too_large_are_named(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "bare.jpg").write_bytes((folder / faces.ADULT).read_bytes())
    run(folder, "--out", tmp_path / "out", "--copies", 2, "--side", 20)
    stderr = capsys.readouterr().err
    assert "1 pictures have no label file" in stderr
    assert "bare.jpg" in stderr
    assert "003_08: no copy shows half of a face" in stderr


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--copies", 0, "--copies of 1 or more; received 0"),
        ("--seed", -1, "--seed of 0 or more"),
        ("--side", 15, "--side of 16 or more"),
        ("--sheet", "sheet.gif", r"\.png for --sheet"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_written(
    folder: Path, tmp_path: Path, option: str, value: object, says: str
) -> None:
    with pytest.raises(DataError, match=says):
        run(folder, "--out", tmp_path / "out", option, value)
    assert not (tmp_path / "out").exists()


def test_a_second_run_overwrites_nothing(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(folder, "--out", out, "--copies", 1)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    with pytest.raises(DataError, match="in use"):
        run(folder, "--out", out, "--copies", 2)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
