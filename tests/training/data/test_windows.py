from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.face import Box
from core.images.crop import whole_window
from training.data.faces import Picture
from training.data.windows import (
    background_window,
    box_in_window,
    competing_faces,
    crop_window,
    whole_picture_window,
    window_around,
)

FACE = Box(100, 80, 50, 70)


def picture(*boxes: Box, ignored: tuple[Box, ...] = ()) -> Picture:
    return Picture(Path("x"), "fddb", boxes, boxes, ignored)


@pytest.mark.parametrize("seed", range(30))
def test_a_window_around_a_face_keeps_nearly_all_of_it(seed: int) -> None:
    window = window_around(np.random.default_rng(seed), FACE, share=0.5)
    assert window.w == window.h == pytest.approx(140)
    assert FACE.intersection(window) >= 0.8 * FACE.area


@pytest.mark.parametrize("seed", range(30))
def test_a_crop_holds_no_rival(seed: int) -> None:
    crowd = picture(FACE, Box(230, 80, 50, 70), ignored=(Box(40, 80, 45, 70),))
    window = crop_window(np.random.default_rng(seed), crowd, FACE, 320, 240, (0.2, 0.9))
    assert window is None or not competing_faces(crowd, FACE, window)


def test_small_faces_are_no_rivals() -> None:
    crowd = picture(FACE, Box(0, 0, 20, 28))
    assert competing_faces(crowd, FACE, whole_window(320, 240)) == []
    assert len(competing_faces(picture(FACE, Box(0, 0, 40, 60)), FACE, whole_window(320, 240))) == 1


def test_no_window_is_better_than_a_wrong_one() -> None:
    twins = picture(FACE, Box(102, 82, 50, 70))
    assert crop_window(np.random.default_rng(0), twins, FACE, 320, 240, (0.2, 0.9)) is None


@pytest.mark.parametrize("seed", range(20))
def test_the_whole_picture_keeps_its_face(seed: int) -> None:
    window = whole_picture_window(np.random.default_rng(seed), FACE, 320, 240)
    assert 0.8 * 320 < window.w < 1.2 * 320
    assert FACE.intersection(window) >= 0.9 * FACE.area


@pytest.mark.parametrize("seed", range(20))
def test_background_touches_no_face(seed: int) -> None:
    window = background_window(np.random.default_rng(seed), picture(FACE), 320, 240)
    assert window is None or window.intersection(FACE) == 0


def test_a_picture_full_of_face_has_no_background() -> None:
    assert background_window(np.random.default_rng(0), picture(Box(0, 0, 320, 240)), 320, 240) is None


def test_targets_are_shares_of_the_window_clipped_to_it() -> None:
    assert box_in_window(Box(20, 20, 40, 60), Box(0, 0, 100, 100)) == pytest.approx((0.4, 0.5, 0.4, 0.6))
    assert box_in_window(Box(-50, 0, 100, 100), Box(0, 0, 100, 100)) == pytest.approx((0.25, 0.5, 0.5, 1.0))
