from __future__ import annotations

import numpy as np
import pytest

from training.data.landmark_batches import NOTHING
from training.models.parts.landmark_loss import SHARE, LandmarkError, PointsOff, normalized_mean_error

TRUE = np.array([[0.3, -0.1, 0.1, -0.1, -0.3, -0.1, -0.1, -0.1, 0.0, 0.2, 1.0]], np.float32)
"""Points of a face whose eyes' outer corners lie 0.6 sides apart."""


def predicted(off: float, width: float) -> np.ndarray:
    """The same points, all moved to the right, and the logarithm of the error that is expected."""
    moved = TRUE.copy()
    moved[:, 0:10:2] += off
    moved[:, 10] = np.log(width)
    return moved


def test_points_are_measured_in_distances_of_the_eyes() -> None:
    assert float(normalized_mean_error(TRUE, predicted(0.06, 1))[0]) == pytest.approx(0.1, abs=1e-3)
    metric = PointsOff()
    nothing = np.zeros_like(TRUE)
    metric.update_state(np.concatenate([TRUE, nothing]), np.concatenate([predicted(0.06, 1), predicted(0.5, 1)]))
    assert float(metric.result()) == pytest.approx(0.1, abs=1e-3), "what is no face has no points"


def test_the_loss_is_least_where_the_error_was_foreseen() -> None:
    loss = LandmarkError()
    losses = {width: float(loss(TRUE, predicted(0.06, width))) for width in (0.05, 0.1, 0.2)}
    assert min(losses, key=losses.__getitem__) == 0.1
    assert float(loss(TRUE, predicted(0.03, 0.05))) < losses[0.1]


def test_of_what_is_no_face_only_the_error_is_learnt() -> None:
    loss, nothing = LandmarkError(), np.zeros_like(TRUE)
    near, far = (float(loss(nothing, predicted(off, NOTHING))) for off in (0.0, 0.4))
    assert near == far == pytest.approx(SHARE * (1 + np.log(NOTHING)), abs=1e-5)
    assert float(loss(nothing, predicted(0.0, 0.02))) > near
