from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from core.face import Box
from training.data.landmark_batches import (
    EMPTY,
    LEANS,
    LYING,
    MAX_LEANING,
    PATCH,
    VIEWS,
    LandmarkBatches,
    LandmarkViews,
    cut_turned,
    occlude,
    patch_of,
)
from training.data.landmarks import COLUMNS, MIRRORED, SHARES, LandmarkFace, load_landmarks
from training.errors import DataError

COLOURS = np.array([(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (255, 0, 255)])
"""Of the spots that stand for the five points."""

POINTS = np.array([[120.0, 80], [105, 80], [80, 80], [95, 80], [100, 102]])
BOX = Box(60, 40, 80, 110)
SIDE = 64


def drawn() -> np.ndarray:
    """A grey picture with a spot of its own colour at each point."""
    picture = np.full((200, 220, 3), 128, np.uint8)
    for point, colour in zip(POINTS, COLOURS.tolist(), strict=True):
        cv2.circle(picture, (round(point[0]), round(point[1])), 4, colour, -1)
    return picture


def spot(pixels: np.ndarray, colour: np.ndarray) -> np.ndarray:
    """Where a spot's colour is strongest, in sides from the middle."""
    distance = np.abs(pixels.astype(int) - colour).sum(axis=2)
    rows, columns = np.nonzero(distance <= max(150, distance.min()))
    return np.array([columns.mean() + 0.5, rows.mean() + 0.5]) / len(pixels) - 0.5


@pytest.fixture
def faces(tmp_path: Path) -> list[LandmarkFace]:
    cv2.imwrite(str(tmp_path / "a.png"), cv2.cvtColor(drawn(), cv2.COLOR_RGB2BGR))
    return [LandmarkFace(tmp_path / "a.png", BOX, POINTS)]


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("degrees", [0, 37, 90, 180, 250])
def test_the_points_are_turned_with_the_picture(degrees: int, mirrored: bool) -> None:
    patch, matrix = patch_of(drawn(), BOX)
    assert patch.shape == (PATCH, PATCH, 3)
    patch_points = POINTS @ matrix[:, :2].T + matrix[:, 2]
    pixels, turned_points = cut_turned(patch, patch_points, degrees, 1.1, np.array([0.05, -0.03]), mirrored, SIDE)
    colours = COLOURS[list(MIRRORED)] if mirrored else COLOURS
    for point, colour in zip(turned_points, colours, strict=True):
        assert spot(pixels, colour) == pytest.approx(point, abs=0.03)
    across = turned_points[0] - turned_points[2]
    assert np.degrees(np.arctan2(across[1], across[0])) % 360 == pytest.approx(degrees, abs=0.5)


def test_batches_follow_from_the_seed_and_hold_squares_without_a_face(faces: list[LandmarkFace]) -> None:
    empty = [np.full((80, 90, 3), 7, np.uint8)]
    batches = LandmarkBatches(faces, empty, SIDE, "unit", samples=400, batch_size=400, seed=3)
    pixels, targets = batches[0]
    again = LandmarkBatches(faces, empty, SIDE, "unit", samples=400, batch_size=400, seed=3)[0]
    assert pixels.shape == (400, SIDE, SIDE, 3)
    assert (pixels.min() >= 0, pixels.max() <= 1) == (True, True)
    assert all(np.array_equal(first, second) for first, second in zip((pixels, targets), again, strict=True))
    assert 1 - targets[:, -1].mean() == pytest.approx(EMPTY + (1 - EMPTY) * LYING, abs=0.06)
    assert not targets[targets[:, -1] == 0].any()
    across = targets[:, 0:2] - targets[:, 4:6]
    rolls = np.degrees(np.arctan2(across[:, 1], across[:, 0]))[targets[:, -1] == 1]
    assert np.abs(rolls).max() <= 3 * LEANS + MAX_LEANING
    assert np.histogram(rolls, 6, (-MAX_LEANING, MAX_LEANING))[0].min() > 10


def test_the_faces_held_out_are_the_same_each_time(faces: list[LandmarkFace]) -> None:
    views = LandmarkViews(faces, SIDE, "unit", batch_size=8)
    pixels, targets = views[0]
    assert len(pixels) == VIEWS
    assert targets[0, 1] == pytest.approx(targets[0, 5], abs=1e-6)
    assert np.array_equal(pixels, LandmarkViews(faces, SIDE, "unit", batch_size=8)[0][0])


def test_what_covers_a_face_leaves_most_of_it() -> None:
    pixels = np.full((SIDE, SIDE, 3), 100, np.uint8)
    for seed in range(20):
        out = occlude(np.random.default_rng(seed), pixels)
        assert out.shape == pixels.shape
        assert 0 < (out != pixels).any(axis=2).mean() < 0.5
    assert (pixels == 100).all()


def test_the_parts_of_a_table_share_no_picture(tmp_path: Path) -> None:
    table = tmp_path / "landmarks.csv"
    values = [BOX.x, BOX.y, BOX.w, BOX.h, *POINTS.ravel()]
    rows = [",".join([f"utkface/images/{number}.webp", *map(str, values)]) for number in range(300)]
    table.write_text("\n".join([",".join(COLUMNS), *rows]) + "\n")
    parts = {part: load_landmarks(tmp_path, table, part) for part in SHARES}
    assert sum(len(part) for part in parts.values()) == 300
    assert len({face.path for part in parts.values() for face in part}) == 300
    assert len(parts["train"]) > 200
    face = parts["test"][0]
    assert face.box == BOX
    assert np.array_equal(face.points, POINTS)
    with pytest.raises(DataError, match=r"landmarks\.csv"):
        load_landmarks(tmp_path, tmp_path / "none" / "landmarks.csv", "train")
