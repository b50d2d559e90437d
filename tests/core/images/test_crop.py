from __future__ import annotations

import cv2
import numpy as np
import pytest

from core.face import Box
from core.images.crop import FILL, crop, face_window, halve_to_fit, snap_to_pixels, whole_window
from tests import faces


def gradient(height: int, width: int) -> np.ndarray:
    """Red grows with x, green with y."""
    image = np.zeros((height, width, 3), np.uint8)
    image[..., 0] = np.linspace(0, 255, width).astype(np.uint8)
    image[..., 1] = np.linspace(0, 255, height).astype(np.uint8)[:, None]
    return image


def test_whole_window_letterboxes() -> None:
    assert whole_window(640, 480) == Box(0, -80, 640, 640)
    out = crop(gradient(480, 640), whole_window(640, 480), 120)
    assert out.shape == (120, 120, 3)
    assert (out[:14] == FILL).all()
    assert (out[-14:] == FILL).all()
    assert out[60, 2, 0] < 10
    assert out[60, 117, 0] > 245


def test_a_window_inside_is_the_picture_scaled() -> None:
    image = gradient(200, 200)
    out = crop(image, Box(50, 50, 100, 100), 50)
    expected = image[50:150, 50:150].reshape(50, 2, 50, 2, 3).mean(axis=(1, 3))
    assert np.abs(out - expected).max() <= 1


def test_what_is_outside_is_filled() -> None:
    image = gradient(100, 100)
    assert (crop(image, Box(500, 500, 40, 40), 24) == FILL).all()
    out = crop(image, Box(-50, 0, 100, 100), 100)
    assert (out[:, :50] == FILL).all()
    assert (out[:, 50:] == image[:, :50]).all()


@pytest.mark.parametrize("x", [-99.6, 99.4])
def test_a_sliver_at_the_edge_still_fits(x: float) -> None:
    assert crop(gradient(100, 100), Box(x, 0, 100, 100), 16).shape == (16, 16, 3)


def test_snapped_is_what_crop_cuts() -> None:
    window = Box(10.4, 20.6, 33.3, 33.3)
    assert snap_to_pixels(snap_to_pixels(window)) == snap_to_pixels(window)
    image = gradient(100, 100)
    assert (crop(image, window, 33) == crop(image, snap_to_pixels(window), 33)).all()


def test_face_window_is_square_and_keeps_the_face() -> None:
    window = face_window(Box(100, 100, 119, 170))
    assert window.w == window.h
    assert 0.8 < window.w / 170 < 0.95
    assert window.cx == pytest.approx(159.5)


@pytest.mark.parametrize("image", [np.zeros((9, 9), np.uint8), np.zeros((9, 9, 4), np.uint8), np.zeros((9, 9, 3))])
def test_other_arrays_are_refused(image: np.ndarray) -> None:
    with pytest.raises(ValueError, match="expected an RGB uint8 picture"):
        crop(image, Box(0, 0, 5, 5), 5)


def test_an_empty_window_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1 pixel"):
        crop(gradient(10, 10), Box(0, 0, 0.4, 0.4), 5)


@pytest.mark.parametrize(
    ("size", "times", "shape"),
    [
        ((300, 400), 1, (300, 400)),
        ((599, 799), 1, (599, 799)),
        ((600, 800), 2, (300, 400)),
        ((1203, 1605), 4, (300, 401)),
        ((30, 4000), 8, (3, 500)),
        ((1, 4000), 1, (1, 4000)),
    ],
)
def test_a_picture_is_halved_while_it_is_twice_too_large(
    size: tuple[int, int], times: int, shape: tuple[int, int]
) -> None:
    small, factor = halve_to_fit(gradient(*size), 400, 300)
    assert (small.shape[:2], factor) == (shape, times)


def test_shrinking_a_halved_picture_is_shrinking_the_picture() -> None:
    image = faces.load(faces.ADULT)
    small, _ = halve_to_fit(image, 170, 170)
    assert small.shape == (180, 180, 3)
    once, twice = (
        cv2.resize(picture, (170, 170), interpolation=cv2.INTER_AREA).astype(int) for picture in (image, small)
    )
    assert np.abs(once - twice).mean() < 2
