from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from training.data.lessons import SIDE, Lessons
from training.data.rated import load_scut
from training.data.rating_batches import rating_target
from training.data.taught_batches import TaughtBatches


@pytest.mark.parametrize("side", [SIDE, 64, 120])
def test_faces_and_views_come_together_each_once(data: Path, side: int) -> None:
    faces = load_scut(data, "train")
    views = np.zeros((5, SIDE, SIDE, 3), np.uint8)
    views[:, :, : SIDE // 2] = 255
    batches = TaughtBatches(faces, Lessons(views, np.full(5, 4.5, np.float32)), side, "unit", 4, 1)
    every = [batches[number] for number in range(len(batches))]
    inputs, targets = np.concatenate([x for x, _ in every]), np.concatenate([y for _, y in every])
    assert inputs.shape == (len(faces) + 5, side, side, 3)
    wanted = sorted([rating_target(face.score) for face in faces] + [rating_target(4.5)] * 5)
    assert np.allclose(sorted(targets[:, 0]), wanted)
    halves = [x for x, y in zip(inputs, targets, strict=True) if y == np.float32(rating_target(4.5))]
    assert {float(half[side // 2, 2, 0]) for half in halves} == {0.0, 1.0}


def test_the_order_changes_with_the_epoch(data: Path) -> None:
    lessons = Lessons(np.zeros((5, SIDE, SIDE, 3), np.uint8), np.arange(5, dtype=np.float32))
    batches = TaughtBatches(load_scut(data, "train"), lessons, 64, "unit", 4, 1)
    first = batches.order().tolist()
    batches.epoch = 1
    assert batches.order().tolist() != first
