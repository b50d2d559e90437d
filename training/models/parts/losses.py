"""FaceTracker's, FaceGrid's and AgeNet's losses, and the metrics that `fit` reports."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from core.models.facegrid import LARGEST
from core.settings import ADULT


@keras.saving.register_keras_serializable("fairest")
class Localisation(keras.losses.Loss):
    """Squared centre errors plus squared size errors, summed over the batch, as in FaceTracker's source.

    Boxes are (n, 4): cx, cy, w, h as fractions of the window. A sample weight of 0 excludes a picture without a face.
    """

    def __init__(self, name: str = "localisation", **kwargs: object) -> None:
        kwargs["reduction"] = "sum"
        super().__init__(name=name, **kwargs)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Compute the loss per sample: (n, 4) and (n, 4) to (n,)."""
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
    """Pearson correlation of (n, 1) targets and predictions, accumulated over batches as running sums."""

    def __init__(self, name: str = "pearson", **kwargs: object) -> None:
        super().__init__(name=name, **kwargs)
        self.sums = self.add_weight(shape=(6,), initializer="zeros", name="sums")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch; weights are not supported, all pictures count equally."""
        x, y = ops.cast(ops.ravel(y_true), "float32"), ops.cast(ops.ravel(y_pred), "float32")
        parts = [ops.ones_like(x), x, y, x * x, y * y, x * y]
        self.sums.assign_add(ops.stack([ops.sum(part) for part in parts]))

    def result(self) -> Any:
        n, x, y, xx, yy, xy = (self.sums[i] for i in range(6))
        spread = ops.sqrt(ops.maximum((n * xx - x * x) * (n * yy - y * y), 1e-12))
        return (n * xy - x * y) / spread


@keras.saving.register_keras_serializable("fairest")
class CellFocal(keras.losses.Loss):
    """Focal loss (Lin et al., arXiv 1708.02002) of a grid's cells, summed and normalised by the batch's positive cells.

    Targets are (n, cells, 2): 0 or 1, and a weight; predictions (n, cells, 1) are logits.
    """

    def __init__(self, alpha: float = 0.25, gamma: float = 2.0, name: str = "cell_focal", **kwargs: object) -> None:
        super().__init__(name=name, **kwargs)
        self.alpha = alpha
        self.gamma = gamma

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Compute the loss per sample, (n,)."""
        logits = ops.cast(y_pred[..., 0], "float32")
        target, weight = y_true[..., 0], y_true[..., 1]
        sign = 2 * target - 1
        wrong = ops.sigmoid(-sign * logits)
        balance = self.alpha * target + (1 - self.alpha) * (1 - target)
        cell = balance * ops.power(wrong, self.gamma) * ops.softplus(-sign * logits)
        positives = ops.maximum(ops.mean(ops.sum(target * weight, axis=1)), 1.0)
        return ops.sum(weight * cell, axis=1) / positives


@keras.saving.register_keras_serializable("fairest")
class SideOverlap(keras.losses.Loss):
    """1 - generalised IoU (Rezatofighi et al., arXiv 1902.09630) of boxes that share a point, mean over the positives.

    Targets are (n, cells, 5): log distances to the left, top, right and bottom, and 1 for positives, else 0;
    predictions are (n, cells, 4).
    """

    def __init__(self, name: str = "side_overlap", **kwargs: object) -> None:
        super().__init__(name=name, **kwargs)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Compute the loss per sample, (n,)."""
        counts = y_true[..., 4]
        true = ops.exp(y_true[..., :4])
        predicted = ops.exp(ops.clip(ops.cast(y_pred, "float32"), -LARGEST, LARGEST))
        inner, outer = ops.minimum(true, predicted), ops.maximum(true, predicted)
        shared = (inner[..., 0] + inner[..., 2]) * (inner[..., 1] + inner[..., 3])
        hull = (outer[..., 0] + outer[..., 2]) * (outer[..., 1] + outer[..., 3])
        areas = [(side[..., 0] + side[..., 2]) * (side[..., 1] + side[..., 3]) for side in (true, predicted)]
        union = areas[0] + areas[1] - shared
        overlap = shared / union - (hull - union) / hull
        positives = ops.maximum(ops.mean(ops.sum(counts, axis=1)), 1.0)
        return ops.sum(counts * (1 - overlap), axis=1) / positives


def expected_age(shares: Any) -> Any:
    """Mean year of distributions (n, years), (n,)."""
    years = ops.arange(shares.shape[-1], dtype="float32")
    return ops.sum(ops.cast(shares, "float32") * years, axis=-1)


def is_interval(target: Any) -> Any:
    """1 for targets (n, years) that mark the years of an interval, 0 for distributions, which sum to one; (n,)."""
    return ops.cast(ops.sum(target, axis=-1) > 1.5, "float32")


@keras.saving.register_keras_serializable("fairest")
class AgeDistribution(keras.losses.Loss):
    """Loss of a predicted age distribution, for labels that are years or intervals.

    For a year: the cross-entropy with the label's distribution, the difference of the means in decades, and `minors`
    times the cross-entropy of being under 18. For an interval: the negative logarithm of its probability.
    """

    def __init__(self, minors: float = 1.0, name: str = "age_distribution", **kwargs: object) -> None:
        super().__init__(name=name, **kwargs)
        self.minors = minors

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Compute the loss per sample: (n, years) and (n, years) to (n,)."""
        predicted = ops.clip(ops.cast(y_pred, "float32"), 1e-7, 1.0)
        true = ops.cast(y_true, "float32")
        far = ops.abs(expected_age(true) - expected_age(predicted)) / 10
        minor, young = (ops.sum(shares[..., :ADULT], axis=-1) for shares in (true, predicted))
        young = ops.clip(young, 1e-6, 1 - 1e-6)
        adult_or_minor = -minor * ops.log(young) - (1 - minor) * ops.log(1 - young)
        exact = -ops.sum(true * ops.log(predicted), axis=-1) + far + self.minors * adult_or_minor
        within = -ops.log(ops.clip(ops.sum(true * predicted, axis=-1), 1e-7, 1.0))
        interval = is_interval(true)
        return interval * within + (1 - interval) * exact


@keras.saving.register_keras_serializable("fairest")
class YearsOff(keras.metrics.MeanMetricWrapper):
    """Mean absolute error of the mean age, in years, over samples labelled with a year."""

    def __init__(self, name: str = "years_off", dtype: str | None = None) -> None:
        super().__init__(
            fn=lambda true, predicted: ops.abs(expected_age(true) - expected_age(predicted)), name=name, dtype=dtype
        )

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch without its samples labelled with intervals."""
        super().update_state(y_true, y_pred, 1 - is_interval(y_true))

    def get_config(self) -> dict[str, object]:
        return {"name": self.name}
