from __future__ import annotations

import numpy as np
import pytest

from core.face import Box
from core.models.facegrid import cell_centres, decode_boxes
from training.data.grid_targets import MIN_SIDE, RADIUS, SIZES, assign_targets

WIDTH, HEIGHT = 320, 256


@pytest.mark.parametrize("size", [12, 30, 55, 80, 140, 200])
def test_a_face_comes_back_from_the_cells_that_answer_for_it(size: float) -> None:
    box = Box(40.5, 20.25, 0.9 * size, 1.1 * size)
    face, reach = assign_targets([box], [], WIDTH, HEIGHT)
    answering = face[:, 0] == 1
    assert 1 <= answering.sum() <= 2 * (2 * RADIUS + 1) ** 2
    assert np.array_equal(reach[:, 4] == 1, answering)
    decoded = decode_boxes(reach[answering, :4], cell_centres(HEIGHT, WIDTH)[answering])
    assert decoded == pytest.approx(
        np.tile([box.x, box.y, box.x + box.w, box.y + box.h], (int(answering.sum()), 1)), abs=1e-2
    )
    strides = set(cell_centres(HEIGHT, WIDTH)[answering, 2].tolist())
    middle = (0.9 * 1.1) ** 0.5 * size
    assert strides == {stride for stride, (low, high) in SIZES.items() if low <= middle < high}


def test_where_two_faces_claim_a_cell_the_smaller_one_has_it() -> None:
    large, small = Box(20, 20, 60, 60), Box(40, 40, 20, 20)
    for order in ([large, small], [small, large]):
        face, reach = assign_targets(order, [], WIDTH, HEIGHT)
        centres = cell_centres(HEIGHT, WIDTH)
        middle = (np.abs(centres[:, :2] - 50).max(1) < 4) & (centres[:, 2] == 8)
        decoded = decode_boxes(reach[middle, :4], centres[middle])
        assert decoded == pytest.approx(np.tile([40, 40, 60, 60], (int(middle.sum()), 1)), abs=1e-3)
        assert face[middle, 0].all()


def test_nothing_is_asked_in_ignored_boxes_and_of_tiny_faces() -> None:
    ignored, tiny = Box(100, 100, 60, 60), Box(10, 10, MIN_SIDE - 1, 40)
    face, reach = assign_targets([tiny], [ignored], WIDTH, HEIGHT)
    assert not face[:, 0].any()
    assert not reach.any()
    x, y, _ = cell_centres(HEIGHT, WIDTH).T
    ignored_cells = face[:, 1] == 0
    assert ignored_cells[(x > 100) & (x < 160) & (y > 100) & (y < 160)].all()
    assert ignored_cells[(x > 10) & (x < 17) & (y > 10) & (y < 50)].all()
    assert not ignored_cells[(x > 170) | (y > 170)].any()


def test_a_face_in_an_ignored_crowd_is_still_asked_for() -> None:
    face, _ = assign_targets([Box(100, 100, 40, 40)], [Box(80, 80, 100, 100)], WIDTH, HEIGHT)
    assert (face[face[:, 0] == 1, 1] == 1).all()
    assert face[:, 0].any()


def test_a_picture_without_a_face_asks_for_silence_everywhere() -> None:
    face, reach = assign_targets([], [], WIDTH, HEIGHT)
    assert not face[:, 0].any()
    assert face[:, 1].all()
    assert not reach.any()
