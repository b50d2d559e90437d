"""FaceTracker's box loss and the metrics that `fit` reports."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable("fairest")
class Localisation(keras.losses.Loss):
    """Squared centre errors plus squared size errors, summed over the batch, as FaceTracker's source has it.

    Boxes are (n, 4): cx, cy, w, h in shares of the window. A sample weight of 0 leaves a picture without a face out.
    """

    def __init__(self, name: str = "localisation", **kwargs: object) -> None:
        kwargs["reduction"] = "sum"
        super().__init__(name=name, **kwargs)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """(n, 4) and (n, 4) to (n,)."""
        return ops.sum(ops.square(y_true - y_pred), axis=-1)


def box_iou(y_true: Any, y_pred: Any) -> Any:
    """IoU of (n, 4) boxes (cx, cy, w, h), in [0, 1], shape (n,)."""
    y_true, y_pred = ops.cast(y_true, "float32"), ops.cast(y_pred, "float32")
    low = ops.maximum(y_true[:, :2] - y_true[:, 2:] / 2, y_pred[:, :2] - y_pred[:, 2:] / 2)
    high = ops.minimum(y_true[:, :2] + y_true[:, 2:] / 2, y_pred[:, :2] + y_pred[:, 2:] / 2)
    shared = ops.prod(ops.maximum(high - low, 0.0), axis=-1)
    union = ops.prod(y_true[:, 2:], axis=-1) + ops.prod(y_pred[:, 2:], axis=-1) - shared
    return shared / ops.maximum(union, 1e-7)


@keras.saving.register_keras_serializable("fairest")
class MeanIoU(keras.metrics.MeanMetricWrapper):
    """Mean IoU over the pictures with a face (sample weight 1)."""

    def __init__(self, name: str = "iou", dtype: str | None = None) -> None:
        super().__init__(fn=box_iou, name=name, dtype=dtype)

    def get_config(self) -> dict[str, object]:
        return {"name": self.name}


@keras.saving.register_keras_serializable("fairest")
class Pearson(keras.metrics.Metric):
    """Pearson correlation of (n, 1) targets and predictions, gathered over the batches from running sums."""

    def __init__(self, name: str = "pearson", **kwargs: object) -> None:
        super().__init__(name=name, **kwargs)
        self.sums = self.add_weight(shape=(6,), initializer="zeros", name="sums")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch; weights are not supported, all pictures count alike."""
        x, y = ops.cast(ops.ravel(y_true), "float32"), ops.cast(ops.ravel(y_pred), "float32")
        parts = [ops.ones_like(x), x, y, x * x, y * y, x * y]
        self.sums.assign_add(ops.stack([ops.sum(part) for part in parts]))

    def result(self) -> Any:
        n, x, y, xx, yy, xy = (self.sums[i] for i in range(6))
        spread = ops.sqrt(ops.maximum((n * xx - x * x) * (n * yy - y * y), 1e-12))
        return (n * xy - x * y) / spread
