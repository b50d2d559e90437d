"""Which unrated faces the teachers rate; the command is tested in tests.training.test_train."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.face import Box, Face
from core.images.crop import Image
from training.prepare import teach


class Everywhere:
    """Finds a face in every picture."""

    name = "everywhere"

    def detect(self, image: Image) -> list[Face]:
        return [Face(Box(0, 0, 9, 9), 1.0)]


@pytest.mark.parametrize(
    ("most", "expected"), [(1, [25]), (3, [25, 45, 65]), (6, range(25, 85, 10)), (9, range(25, 85, 10))]
)
def test_unrated_adults_of_all_ages_are_taken_up_to_a_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, expected: list[int]
) -> None:
    folder = tmp_path / teach.UNRATED
    folder.mkdir()
    lines = [f"{age}.png,{age},0,0,first" for age in (75, 15, *range(25, 75, 10))]
    (folder / "labels.csv").write_text("\n".join(["file,age,gender,race,part", *lines]) + "\n")
    monkeypatch.setattr(teach, "load_rgb", lambda _: None)
    faces = teach.labelled_adults(tmp_path, Everywhere(), most)
    assert [int(face.path.stem) for face in faces] == list(expected)
