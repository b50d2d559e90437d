from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from tests import faces
from tests.training.conftest import save
from training.__main__ import main
from training.data.labelme import files_in, read_labelme


def test_the_shipped_detector_draws_the_faces(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in faces.truth():
        shutil.copyfile(faces.FOLDER / name, tmp_path / name)
    save(tmp_path / "nobody.png", np.full((200, 300, 3), 128, np.uint8))
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    assert main(["prelabel", str(tmp_path), "--detector", "facetracker"]) == 0
    captured = capsys.readouterr()
    assert "label files: 7 written, 0 kept as they were; pictures skipped: 1\n" in captured.out
    assert "without a face: 1 of those written" in captured.out
    assert "broken.jpg" in captured.err
    for picture in map(read_labelme, files_in(tmp_path)[0]):
        if picture.path.name == "nobody.png":
            assert picture.boxes == ()
        else:
            assert picture.boxes[0].iou(faces.truth()[picture.path.name]) > 0.6

    assert main(["prelabel", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "label files: 0 written, 7 kept as they were; pictures skipped: 1\n"


def test_a_wrong_call_is_status_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prelabel", str(tmp_path)]) == 2
    assert "there are none" in capsys.readouterr().err
    assert main(["prelabel", str(tmp_path), "--detector", "nobody"]) == 2
    assert "nobody" in capsys.readouterr().err
