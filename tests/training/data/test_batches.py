from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from training.data.batches import SeededBatches
from training.data.faces import load_faces, load_negatives
from training.data.rated import load_scut
from training.data.rating_batches import RatingBatches, jitter_box, rating_target
from training.data.tracker_batches import TrackerBatches, TrackerViews


class Numbers(SeededBatches):
    def batch(self, draws: list[tuple[int, np.random.Generator]]) -> tuple[Any, ...]:
        return ([number for number, _ in draws], [rng.random() for _, rng in draws])


def test_every_sample_comes_once_and_the_last_batch_is_short() -> None:
    batches = Numbers(10, 4, seed=1)
    assert len(batches) == 3
    assert [n for i in range(3) for n in batches[i][0]] == list(range(10))


def test_randomness_follows_from_seed_epoch_and_index_alone() -> None:
    first, second = Numbers(8, 4, seed=1), Numbers(8, 4, seed=1)
    second[0]
    assert first[1] == second[1]
    second.epoch = 1
    assert first[1] != second[1]
    assert first[1] != Numbers(8, 4, seed=2)[1]


@pytest.mark.parametrize(("samples", "batch"), [(0, 4), (4, 0)])
def test_nothing_to_batch_is_refused(samples: int, batch: int) -> None:
    with pytest.raises(ValueError, match="1 sample and a batch size of 1"):
        Numbers(samples, batch, 1)


def test_tracker_batches_hold_faces_and_empty_squares(data: Path) -> None:
    batches = TrackerBatches(load_faces(data, "train"), load_negatives(data, "train"), 120, "caffe", 48, 48, seed=1)
    inputs, targets, weights = batches[0]
    assert inputs.shape == (48, 120, 120, 3)
    face = targets["face"][:, 0]
    assert 0.5 < face.mean() < 0.95
    assert (weights["box"] == face).all()
    boxes = targets["box"][face == 1]
    assert ((boxes >= 0) & (boxes <= 1)).all()
    assert boxes[:, 2:].min() > 0.03
    assert (targets["box"][face == 0] == 0).all()
    again = TrackerBatches(load_faces(data, "train"), load_negatives(data, "train"), 120, "caffe", 48, 48, seed=1)[0]
    assert (again[0] == inputs).all()


def test_a_flip_and_turn_carry_the_box_along(data: Path) -> None:
    """The dark hair and face stand out from the light studio wall: the box must lie where the picture is not wall."""
    picture = next(p for p in load_faces(data, "train") if p.single and p.source == "fddb")
    batches = TrackerBatches(load_faces(data, "train"), load_negatives(data, "train"), 120, "caffe", 1, 1, seed=1)
    image = batches.images[picture.path]
    for seed in range(12):
        rng = np.random.default_rng(seed)
        from core.images.crop import whole_window

        pixels, box = batches.augment_window(rng, image, whole_window(320, 240), picture.boxes[0])
        assert box is not None
        cx, cy, w, h = (value * 120 for value in box)
        spread = pixels.astype(float).std(axis=2)
        inside = spread[int(cy - h / 3) : int(cy + h / 3), int(cx - w / 3) : int(cx + w / 3)]
        assert inside.size > 0
        if spread.max() > 20:
            assert inside.mean() > 1.3 * spread.mean()


def test_too_little_data_is_refused(data: Path) -> None:
    with pytest.raises(ValueError, match="expected faces, single-face pictures"):
        TrackerBatches([], load_negatives(data, "train"), 120, "caffe", 4, 4, seed=1)


def test_views_are_fixed(data: Path) -> None:
    views = TrackerViews(load_faces(data, "validation"), load_negatives(data, "validation"), 120, "caffe", 4)
    assert views.samples == 7
    first = views[0]
    views.epoch = 5
    assert (views[0][0] == first[0]).all()


def test_scut_parts_share_nothing_and_skip_faces_without_a_box(data: Path) -> None:
    parts = {part: {face.path for face in load_scut(data, part)} for part in ("train", "validation", "test")}
    assert [len(part) for part in parts.values()] == [8, 4, 4]
    assert not parts["test"] & (parts["train"] | parts["validation"])
    with pytest.raises(ValueError, match="fold of 1 to 5"):
        load_scut(data, "train", test_fold=6)


def test_rating_batches_augment_only_when_asked(data: Path) -> None:
    faces = load_scut(data, "train")
    fixed = RatingBatches(faces, 120, "unit", 4, 1, augment=False)
    inputs, scores = fixed[0]
    assert inputs.shape == (4, 120, 120, 3)
    assert inputs.max() <= 1
    assert scores[:, 0].tolist() == pytest.approx([rating_target(face.score) for face in faces[:4]])
    fixed.epoch = 3
    assert (fixed[0][0] == inputs).all()
    augmented = RatingBatches(faces, 120, "unit", 4, 1, augment=True)
    before = augmented[0][0]
    augmented.epoch = 1
    assert (augmented[0][0] != before).any()
    assert sorted(augmented.order()) == list(range(8))


def test_jitter_is_small_and_centred(data: Path) -> None:
    box = load_scut(data, "train")[0].box
    moved = [jitter_box(np.random.default_rng(seed), box, 0.05) for seed in range(200)]
    assert np.mean([jittered.iou(box) for jittered in moved]) > 0.8
    assert np.mean([jittered.cx for jittered in moved]) == pytest.approx(box.cx, abs=1)
