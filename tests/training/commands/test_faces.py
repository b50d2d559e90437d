from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests import faces
from tests.training.conftest import save
from training.__main__ import main


def test_the_shipped_stages_sort_a_collection(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "mine"
    for label in ("sexy", "ugly"):
        (folder / label).mkdir(parents=True)
        shutil.copyfile(faces.FOLDER / faces.ADULT, folder / label / "twice.jpg")
    people = [name for name in sorted(faces.truth()) if name != faces.ADULT]
    shutil.copyfile(faces.FOLDER / people[0], folder / "ugly" / "a.jpg")
    save(folder / "ugly" / "a_small.png", cv2.resize(faces.load(people[0]), (360, 360), interpolation=cv2.INTER_AREA))
    save(folder / "sexy" / "nobody.png", np.full((200, 300, 3), 128, np.uint8))

    assert main(["faces", str(folder), "--labels", "sexy", "ugly"]) == 0
    stdout = capsys.readouterr().out
    assert "sexy: 2 files, 0 kept, 1 no face, 1 contradiction" in stdout
    assert "ugly: 3 files, " in stdout
    assert "2 pictures lie in more than one class" in stdout
    out = tmp_path / "mine-kept"
    assert str(out) in stdout
    assert (out / "faces.csv").is_file()

    assert main(["faces", str(folder), "--labels", "sexy", "ugly"]) == 2
    assert "new or an empty folder" in capsys.readouterr().err


def test_a_wrong_call_is_status_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "sexy").mkdir()
    (tmp_path / "sexy" / "a.png").touch()
    assert main(["faces", str(tmp_path), "--labels", "sexy", "ugly"]) == 2
    assert "a folder ugly" in capsys.readouterr().err
    assert main(["faces", str(tmp_path), "--labels", "sexy"]) == 2
    assert "two labels" in capsys.readouterr().err
