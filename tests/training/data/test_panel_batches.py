from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from training.data.panel_batches import OFTEN, PanelBatches, oversample, panel_targets
from training.data.rated import PANELS, RatedFace, load_rated
from training.data.rating_batches import RatingBatches


def test_a_face_has_a_target_of_its_own_panel_alone(data: Path) -> None:
    face = load_rated(data, "train", ("mebeauty",))[0]
    row = panel_targets(face, tuple(PANELS))
    assert np.isnan(row).tolist() == [True, False, True]
    assert row[1] == np.float32((face.score - 1) / 4)


def test_a_teacher_speaks_for_the_first_panel_and_counts_half_where_that_panel_has_rated(data: Path) -> None:
    scut, mebeauty = (load_rated(data, "train", (panel,))[0] for panel in ("scut_fbp5500", "mebeauty"))
    unrated = RatedFace(data / "utkface" / "images" / "0.png", mebeauty.box, 4.0, "unrated", "utkface")
    ratings = {scut.path: 4.0, mebeauty.path: 2.0, unrated.path: 4.0}
    batches = PanelBatches([scut, mebeauty, unrated], tuple(PANELS), 48, "caffe", 4, 1, augment=False, ratings=ratings)
    first, second, third = batches.targets
    assert first[0] == pytest.approx((0.5 * 4 + 0.5 * scut.score - 1) / 4)
    assert second[:2] == pytest.approx([(2 - 1) / 4, (mebeauty.score - 1) / 4])
    assert third[0] == pytest.approx((4 - 1) / 4)
    assert np.isnan(batches.targets).tolist() == [[False, True, True], [False, False, True], [False, True, True]]


def test_a_panel_with_few_faces_is_shown_more_often(data: Path) -> None:
    face = load_rated(data, "train", ("scut_fbp5500",))[0]
    rare = RatedFace(data / "omi" / "images" / "a.png", face.box, 3.0, "", "omi")
    assert oversample([face, rare]) == [face, *[rare] * OFTEN["omi"]]


def test_the_pictures_are_those_of_a_classifier_with_one_output(data: Path) -> None:
    faces = load_rated(data, "train", ("scut_fbp5500", "mebeauty"))
    batches = PanelBatches(faces, tuple(PANELS), 48, "caffe", 4, seed=1, augment=True)
    rating_batches = RatingBatches(faces, 48, "caffe", 4, seed=1, augment=True)
    (pixels, targets), (theirs, scores) = batches[0], rating_batches[0]
    assert np.array_equal(pixels, theirs)
    assert targets.shape == (4, 3)
    assert np.allclose(np.nansum(targets, axis=1), scores[:, 0])
