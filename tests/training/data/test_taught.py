from __future__ import annotations

from pathlib import Path

import pytest

from training.data.rated import load_scut
from training.data.taught import SHARE, mix_teacher_ratings
from training.errors import DataError


def test_a_teacher_is_mixed_in_and_brings_faces_of_its_own(data: Path, tmp_path: Path) -> None:
    faces = load_scut(data, "train")
    third = faces[2]
    lines = [
        "panel,file,x,y,w,h,rating",
        f"scut_fbp5500,{third.path.name},1,2,3,4,4.5",
        "utkface,0.png,10,20,60,80,2.25",
    ]
    (tmp_path / "teacher.csv").write_text("\n".join(lines) + "\n")
    learnt = mix_teacher_ratings(faces, data, tmp_path / "teacher.csv")
    assert len(learnt) == len(faces) + 1
    assert learnt[2].score == pytest.approx(SHARE * 4.5 + (1 - SHARE) * third.score)
    assert learnt[2].box == third.box
    assert learnt[:2] == faces[:2]
    assert (learnt[-1].score, learnt[-1].box.w, learnt[-1].path.is_file()) == (2.25, 60.0, True)


def test_a_missing_teacher_is_named(data: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"teacher\.csv"):
        mix_teacher_ratings(load_scut(data, "train"), data, tmp_path / "teacher.csv")
