from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.crop import Image
from core.face import Box, Face
from tests import faces
from tests.training.conftest import save, write_rows
from training.__main__ import main
from training.evaluate_guard import evaluate_guard


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """Pictures whose grey tells the age: 30 of a child, 90 of an adult."""
    rows: list[dict[str, object]] = []
    for number, age in enumerate([5, 6, 7, 14, 40, 41]):
        name = f"{number}.png"
        save(tmp_path / "utkface" / "images" / name, np.full((64, 64, 3), 30 if age < 18 else 90, np.uint8))
        rows.append({"file": name, "age": age, "gender": 0, "race": 0})
    write_rows(tmp_path / "utkface" / "labels.csv", rows)
    return tmp_path


class Scripted:
    """Finds a face in every picture but one; refuses dark ones."""

    name = "scripted"

    def __init__(self) -> None:
        self.looked = 0

    def detect(self, image: Image) -> list[Face]:
        self.looked += 1
        return [] if self.looked == 1 else [Face(Box(5, 5, 40, 50), 0.9)]

    def check(self, image: Image, faces: list[Face]) -> list[Face]:
        return [replace(face, refused="may be under 18" if image.mean() < 60 else None) for face in faces]


def test_shares_are_of_the_faces_found(people: Path) -> None:
    stages = Scripted()
    report = evaluate_guard(stages, stages, people, most=10)
    assert report["1-12"] == {"pictures": 3, "found": 2, "refused": 1.0}
    assert report["13-15"]["refused"] == 1.0
    assert report["35-50"] == {"pictures": 2, "found": 2, "refused": 0.0}
    assert report["16-17"] == {"pictures": 0, "found": 0, "refused": 0.0}


def test_the_verb_measures_the_shipped_guard(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(tmp_path / "utkface" / "images" / "a.png", faces.load(faces.ADULT))
    write_rows(tmp_path / "utkface" / "labels.csv", [{"file": "a.png", "age": 40, "gender": 1, "race": 0}])
    assert main(["evaluate", "guard", "--data", str(tmp_path)]) == 0
    assert json.loads(capsys.readouterr().out)["35-50"] == {"pictures": 1, "found": 1, "refused": 0.0}
