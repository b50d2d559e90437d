from __future__ import annotations

import numpy as np
import pytest

from core.images.crop import FILL
from core.models.preprocess import PREPROCESSING


def test_caffe_is_bgr_minus_the_mean() -> None:
    out = PREPROCESSING["caffe"](np.array([[[10, 20, 30]]], np.uint8))
    assert out.dtype == np.float32
    assert out[0, 0] == pytest.approx([30 - 103.939, 20 - 116.779, 10 - 123.68])


def test_the_fill_colour_is_almost_nothing_to_caffe() -> None:
    assert np.abs(PREPROCESSING["caffe"](np.array([FILL], np.uint8))).max() < 0.5


def test_unit_is_rgb_in_0_1() -> None:
    out = PREPROCESSING["unit"](np.array([[[0, 51, 255]]], np.uint8))
    assert out.dtype == np.float32
    assert out[0, 0] == pytest.approx([0, 0.2, 1])
