"""The landmark network's loss, and the metric by which its best epoch is selected."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from training.data.landmark_batches import NOTHING
from training.data.landmarks import POINTS

NARROWEST, WIDEST = -5.0, 1.0
"""Range to which the logarithm of the predicted error is clipped."""

SHARE = 0.3
"""Weight of the error's likelihood in the loss; small, so that it does not disturb learning the points."""


def normalized_mean_error(true: Any, predicted: Any) -> Any:
    """Mean distance of points (n, 10 or more), in true distances of the outer corners of the eyes, (n,)."""
    points = ops.reshape(true[:, : 2 * POINTS], (-1, POINTS, 2))
    predicted_points = ops.reshape(ops.cast(predicted[:, : 2 * POINTS], "float32"), (-1, POINTS, 2))
    distances = ops.sqrt(ops.sum(ops.square(points - predicted_points), axis=-1) + 1e-8)
    eyes = ops.sqrt(ops.sum(ops.square(points[:, 0] - points[:, 2]), axis=-1) + 1e-8)
    return ops.mean(distances, axis=-1) / ops.maximum(eyes, 0.05)


@keras.saving.register_keras_serializable("fairest")
class LandmarkError(keras.losses.Loss):
    """Distance of the points, plus its negative log-likelihood under the predicted Laplace distribution.

    Targets are (n, 11): points, and 1 for a face or 0 for none; without a face, only the error is learnt, as NOTHING.
    """

    def __init__(self, name: str = "landmark_error", **kwargs: object) -> None:
        super().__init__(name=name, **kwargs)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Compute the loss per sample: (n, 11) and (n, 11) to (n,)."""
        face = y_true[:, -1]
        error = normalized_mean_error(y_true, y_pred)
        target_error = face * ops.stop_gradient(error) + (1 - face) * NOTHING
        width = ops.clip(ops.cast(y_pred[:, -1], "float32"), NARROWEST, WIDEST)
        return face * error + SHARE * (target_error * ops.exp(-width) + width)


@keras.saving.register_keras_serializable("fairest")
class PointsOff(keras.metrics.MeanMetricWrapper):
    """Mean distance of the faces' points, in distances of the outer corners of the eyes."""

    def __init__(self, name: str = "points_off", dtype: str | None = None) -> None:
        super().__init__(fn=normalized_mean_error, name=name, dtype=dtype)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch without its squares that have no face."""
        super().update_state(y_true, y_pred, y_true[:, -1])

    def get_config(self) -> dict[str, object]:
        return {"name": self.name}
