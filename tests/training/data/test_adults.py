from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from core.face import Face
from core.images.crop import Image
from core.settings import ADULT
from tests.training.data.test_rated import Finds
from training.__main__ import main
from training.data.adults import judge_faces
from training.data.rated import PARTS, load_mebeauty, load_omi, load_scut


class Says:
    """A guard that takes every third face for a child, the next for a youth, and the next for a grown-up."""

    def __init__(self) -> None:
        self.ages = itertools.cycle([9.0, 20.0, 40.0])

    def check(self, image: Image, faces: list[Face]) -> list[Face]:
        return [replace(face, age=next(self.ages)) for face in faces]


def test_every_rated_face_is_judged_and_those_that_look_under_18_are_refused(data: Path) -> None:
    scut, mebeauty, omi = judge_faces(data, Says(), Finds())
    assert [face for face, _ in scut.faces] == [face for part in PARTS for face in load_scut(data, part)]
    assert len(mebeauty.faces) == sum(len(load_mebeauty(data, part)) for part in PARTS)
    assert len(omi.faces) == sum(len(load_omi(data, part, Finds())) for part in PARTS)
    for judged in (scut, mebeauty, omi):
        assert {age for _, age in judged.refused} == {9.0}
        assert len(judged.refused) == pytest.approx(len(judged.faces) / 3, abs=1)


def test_a_face_that_is_unfit_to_be_judged_is_not_learnt_from(data: Path) -> None:
    class Unfit:
        def check(self, image: Image, faces: list[Face]) -> list[Face]:
            return [replace(face, refused="too small") for face in faces]

    assert all(len(judged.refused) == len(judged.faces) for judged in judge_faces(data, Unfit(), Finds()))


def test_the_verb_writes_the_list(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("core.models.age_guard.load_guard", lambda _: Says())
    assert main(["adults", "--data", str(data), "--out", str(tmp_path / "list.csv")]) == 0
    rows = (tmp_path / "list.csv").read_text().splitlines()
    assert rows[0] == "set,file,age"
    assert all(row.endswith(",9.0") for row in rows[1:])
    assert f"look under {ADULT}" in capsys.readouterr().out
