from __future__ import annotations

import numpy as np
import pytest

from training.data.photometric import Light, draw_light, relight, rotate

IMAGE = np.random.default_rng(0).integers(40, 200, (60, 60, 3), np.uint8)


def test_no_change_is_no_change() -> None:
    assert np.abs(relight(IMAGE, Light()).astype(int) - IMAGE).max() <= 1
    assert draw_light(np.random.default_rng(0), strength=0.0) == Light()


@pytest.mark.parametrize(
    ("light", "sign"),
    [(Light(brightness=0.2), 1), (Light(brightness=-0.2), -1), (Light(gamma=0.5), 1), (Light(shift=(30, 30, 30)), 1)],
)
def test_brighter_and_darker(light: Light, sign: int) -> None:
    assert sign * (relight(IMAGE, light).mean() - IMAGE.mean()) > 10


def test_contrast_spreads_and_blur_smooths() -> None:
    assert relight(IMAGE, Light(contrast=1.4)).std() > IMAGE.std() * 1.1
    assert relight(IMAGE, Light(blur=3.0)).std() < IMAGE.std() * 0.7


def test_shift_moves_one_channel() -> None:
    out = relight(IMAGE, Light(shift=(40, 0, 0)))
    assert out[..., 0].mean() > IMAGE[..., 0].mean() + 20
    assert np.abs(out[..., 1].astype(int) - IMAGE[..., 1]).max() <= 1


def test_grey_has_three_equal_channels() -> None:
    out = relight(IMAGE, Light(grey=True))
    assert (out[..., 0] == out[..., 2]).all()


def test_the_same_generator_draws_the_same() -> None:
    assert draw_light(np.random.default_rng(3), 1.0) == draw_light(np.random.default_rng(3), 1.0)


def test_rotation_keeps_its_centre_and_fills_the_corners() -> None:
    image = np.zeros((61, 61, 3), np.uint8)
    image[30, 30] = 255
    turned = rotate(image, (30, 30), 45, (9, 9, 9))
    assert turned[30, 30, 0] > 200
    assert turned[0, 0].tolist() == [9, 9, 9]
