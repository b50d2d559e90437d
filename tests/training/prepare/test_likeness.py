from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from core.face import Box
from tests import faces
from tests.training.conftest import save
from tests.training.models.test_faceres import stored
from training.errors import TrainingError
from training.prepare.likeness import Likeness, boxes, find_alike


def test_pairs_are_rows_that_point_the_same_way() -> None:
    rng = np.random.default_rng(0)
    features = rng.normal(0, 1, (300, 64)).astype(np.float32) + 5
    features[290] = features[3] + 0.05
    features[7] = (features[100] - features.mean(axis=0)) * 2 + features.mean(axis=0)
    assert find_alike(features, 0.9) == [(3, 290), (7, 100)]


def test_the_likeliest_box_of_each_picture_or_none(tmp_path: Path) -> None:
    save(tmp_path / "a.png", faces.load(faces.ADULT))
    save(tmp_path / "b.png", np.zeros((64, 64, 3), np.uint8))

    class Finds:
        name = "finds"

        def detect(self, image: np.ndarray) -> list[object]:
            return [type("F", (), {"box": Box(1, 2, 3, 4)})] if image.any() else []

    assert list(boxes(Finds(), [tmp_path / "a.png", tmp_path / "b.png"])) == [Box(1, 2, 3, 4), None]  # type: ignore[arg-type]


def test_a_picture_saved_again_is_alike_and_another_is_not(tmp_path: Path) -> None:
    weights = tmp_path / "faceres.npz"
    stored(weights)
    rng = np.random.default_rng(1)
    first, second, third = (rng.integers(0, 255, (96, 96, 3), np.uint8) for _ in range(3))
    again = cv2.convertScaleAbs(first, alpha=1.0, beta=2)
    for name, image in (("a", first), ("b", second), ("c", again), ("d", third)):
        save(tmp_path / f"{name}.png", image)
    paths = [tmp_path / f"{name}.png" for name in "abcd"]
    pairs = Likeness(weights)(paths, [Box(10, 10, 60, 80)] * 4)
    assert (0, 2) in pairs
    assert (0, 1) not in pairs


def test_it_needs_its_weights(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="--backbone-weights"):
        Likeness(tmp_path / "none.npz")
