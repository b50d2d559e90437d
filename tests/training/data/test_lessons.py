from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.face import Box
from training.data.lessons import SIDE, Lessons, draw_view, lessons_path, load_lessons, save_lessons, shrink_view
from training.errors import DataError, TrainingError

RNG = np.random.default_rng(3)
IMAGES = [np.full((120, 120, 3), shade, np.uint8) for shade in (40, 200)]
BOXES = [Box(30, 20, 60, 75)] * 2


def test_a_view_follows_from_its_generator() -> None:
    view, same, other = (draw_view(np.random.default_rng(seed), IMAGES, BOXES, 64) for seed in (1, 1, 2))
    assert view.shape == (64, 64, 3)
    assert (view == same).all()
    assert not (view == other).all()


def test_some_views_are_two_faces_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.data.rating_batches.LIGHT", 0.0)
    shades = {int(draw_view(np.random.default_rng(seed), IMAGES, BOXES, 64)[32, 32, 0]) for seed in range(60)}
    assert min(shades) <= 40
    assert max(shades) >= 199
    assert any(80 <= shade <= 160 for shade in shades)


def test_views_survive_saving(tmp_path: Path) -> None:
    views = np.stack([shrink_view(RNG.integers(0, 255, (160, 160, 3), np.uint8)) for _ in range(3)])
    path = lessons_path(tmp_path / "teacher.csv")
    save_lessons(path, Lessons(views, np.array([1.5, 2.5, 3.5], np.float32)))
    again = load_lessons(path)
    assert len(again) == 3
    assert again.pixels.shape == (3, SIDE, SIDE, 3)
    assert (again.pixels == views).all()
    assert again.ratings.tolist() == [1.5, 2.5, 3.5]


def test_missing_views_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"teacher\.npz.*training teach"):
        load_lessons(tmp_path / "teacher.npz")


@pytest.mark.parametrize(
    ("arrays", "says"),
    [
        ({}, r"pixels of \(n, 96, 96, 3\)"),
        ({"pixels": np.zeros((2, SIDE, SIDE, 3), np.uint8), "ratings": np.ones(3)}, "n ratings"),
        ({"pixels": np.zeros((2, SIDE, SIDE, 3), np.float32), "ratings": np.ones(2)}, "received float32"),
        ({"pixels": np.zeros((2, SIDE, SIDE, 3), np.uint8), "ratings": np.array([3, np.nan])}, "ratings of 1 to 5"),
        ({"pixels": np.zeros((2, SIDE, SIDE, 3), np.uint8), "ratings": np.array([3, 99])}, "ratings of 1 to 5"),
    ],
)
def test_other_views_are_refused(tmp_path: Path, arrays: dict[str, np.ndarray], says: str) -> None:
    np.savez(tmp_path / "teacher.npz", **arrays)  # type: ignore[arg-type]
    with pytest.raises(DataError, match=rf"{says}.*training teach"):
        load_lessons(tmp_path / "teacher.npz")


def test_damaged_views_are_named(tmp_path: Path) -> None:
    path = tmp_path / "teacher.npz"
    save_lessons(path, Lessons(np.zeros((2, SIDE, SIDE, 3), np.uint8), np.ones(2, np.float32)))
    path.write_bytes(path.read_bytes()[:-90])
    with pytest.raises(TrainingError, match=r"teacher\.npz; it is damaged.*training teach"):
        load_lessons(path)
