from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.models.facegrid import cell_centres, decode_boxes
from training.data.faces import load_faces, load_negatives
from training.data.grid_batches import ALONE, GridBatches, GridViews, letterbox_scene, scene_of

SIZE = 160, 96


@pytest.fixture(scope="module")
def batches(data: Path) -> GridBatches:
    return GridBatches(load_faces(data, "train"), load_negatives(data, "train"), SIZE, 24, 8, seed=3)


def test_batches_have_the_networks_shapes(batches: GridBatches) -> None:
    assert len(batches) == 3
    pixels, truth = batches[0]
    count = len(cell_centres(SIZE[1], SIZE[0]))
    assert pixels.shape == (8, SIZE[1], SIZE[0], 3)
    assert pixels.dtype == np.float32
    assert (pixels.min(), pixels.max()) >= (0, 100)
    assert truth["face"].shape == (8, count, 2)
    assert truth["box"].shape == (8, count, 5)


def test_a_batch_depends_on_seed_epoch_and_index_alone(batches: GridBatches) -> None:
    first = batches[1]
    assert np.array_equal(first[0], batches[1][0])
    assert not np.array_equal(first[0], batches[2][0])
    batches.epoch = 1
    assert not np.array_equal(first[0], batches[1][0])
    batches.epoch = 0


def test_most_scenes_show_faces_inside_them(batches: GridBatches) -> None:
    scenes = [batches.sample(np.random.default_rng(seed)) for seed in range(40)]
    assert sum(bool(scene.boxes) for scene in scenes) > 24
    for scene in scenes:
        assert scene.image.shape == (SIZE[1], SIZE[0], 3)
        for box in (*scene.boxes, *scene.ignored):
            assert box.x >= 0
            assert box.y >= 0
            assert box.x + box.w <= SIZE[0] + 1e-6
            assert box.y + box.h <= SIZE[1] + 1e-6


def test_where_one_face_alone_is_labelled_the_rest_is_not_shown(data: Path) -> None:
    helen = next(picture for picture in load_faces(data, "train") if picture.source == "helen")
    scene = scene_of(helen)
    longer = max(scene.boxes[0].w, scene.boxes[0].h)
    assert max(scene.image.shape[:2]) <= ALONE * longer + 1
    assert scene.boxes[0].as_list()[2:] == helen.boxes[0].as_list()[2:]


def test_views_are_what_the_detector_looks_at(data: Path) -> None:
    pictures, negatives = load_faces(data, "validation"), load_negatives(data, "validation")
    views = GridViews(pictures, negatives, SIZE, 4)
    assert views.samples == len(pictures) + len(negatives)
    pixels, truth = views[0]
    assert np.array_equal(pixels, views[0][0])
    scene = letterbox_scene(scene_of(pictures[0]), *SIZE)
    answering = truth["face"][0, :, 0] == 1
    decoded = decode_boxes(truth["box"][0, answering, :4], cell_centres(SIZE[1], SIZE[0])[answering])
    (box,) = scene.boxes
    assert decoded == pytest.approx(
        np.tile([box.x, box.y, box.x + box.w, box.y + box.h], (int(answering.sum()), 1)), abs=0.01
    )


def test_pictures_of_both_kinds_are_needed(data: Path) -> None:
    with pytest.raises(ValueError, match="received 0, 3"):
        GridBatches([], load_negatives(data, "train"), SIZE, 8, 8, 1)
