from __future__ import annotations

import numpy as np
import pytest

from core.face import Box
from training.losses import Localisation, MeanIoU, Pearson, box_iou

TRUE = np.array([[0.5, 0.5, 0.4, 0.6], [0.3, 0.4, 0.2, 0.2]], np.float32)
SAID = np.array([[0.6, 0.5, 0.4, 0.5], [0.3, 0.4, 0.2, 0.2]], np.float32)


def test_localisation_sums_squared_centre_and_size_errors() -> None:
    assert float(Localisation()(TRUE, SAID)) == pytest.approx(0.1**2 + 0.1**2, abs=1e-6)


def test_pictures_without_a_face_add_nothing() -> None:
    assert float(Localisation()(TRUE, SAID, sample_weight=np.array([0.0, 1.0]))) == pytest.approx(0, abs=1e-7)


def test_iou_agrees_with_core() -> None:
    expected = [
        Box.from_centre(*map(float, true)).iou(Box.from_centre(*map(float, said)))
        for true, said in zip(TRUE, SAID, strict=True)
    ]
    assert np.asarray(box_iou(TRUE, SAID)).tolist() == pytest.approx(expected, abs=1e-5)


def test_mean_iou_counts_weighted_pictures_only() -> None:
    metric = MeanIoU()
    metric.update_state(TRUE, SAID, sample_weight=np.array([0.0, 1.0]))
    assert float(metric.result()) == pytest.approx(1, abs=1e-5)
    assert MeanIoU.from_config(metric.get_config()).name == "iou"


def test_pearson_over_batches_is_pearson_over_all() -> None:
    rng = np.random.default_rng(0)
    x = rng.random(60).astype(np.float32)
    y = (x + 0.3 * rng.random(60)).astype(np.float32)
    metric = Pearson()
    for part in range(0, 60, 20):
        metric.update_state(x[part : part + 20, None], y[part : part + 20, None])
    assert float(metric.result()) == pytest.approx(np.corrcoef(x, y)[0, 1], abs=1e-3)
    metric.reset_state()
    metric.update_state(np.ones((4, 1)), np.ones((4, 1)))
    assert abs(float(metric.result())) < 1e-3
