"""Losses and metrics of networks with an output for each panel, most of whose targets are unknown (NaN)."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from training.models.parts.losses import Pearson

SHARPNESS = 10.0
"""Of the ranking: how fast its cost falls with the distance of two outputs, which lie in (0, 1)."""


def known(target: Any) -> Any:
    """1 where a panel has rated, 0 where the target is NaN; of the target's shape."""
    return ops.cast(ops.logical_not(ops.isnan(target)), "float32")


def filled(target: Any) -> Any:
    """The target with 0 for NaN."""
    return ops.where(ops.isnan(target), ops.zeros_like(target), target)


@keras.saving.register_keras_serializable("fairest")
class PanelLoss(keras.losses.Loss):
    """Squared error of each panel's own output, and how badly pairs of faces of one panel are ranked.

    A pair costs the logistic loss of the difference of its outputs, weighed by that of its scores, so that pairs that
    the panel hardly told apart hardly count (Burges et al., "Learning to rank using gradient descent", ICML 2005).
    Targets (n, panels) are in [0, 1], NaN where a panel has not rated; predictions (n, panels) are in (0, 1).
    """

    def __init__(self, ranking: float = 0.0, name: str = "panel_loss", **kwargs: object) -> None:
        """ranking: the weight of the pairs beside the squared error."""
        super().__init__(name=name, **kwargs)
        self.ranking = ranking

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """(n, panels) and (n, panels) to (n,)."""
        said, true = ops.cast(y_pred, "float32"), ops.cast(y_true, "float32")
        counts = known(true)
        true = filled(true)
        squared = ops.sum(counts * ops.square(true - said), axis=-1) / ops.maximum(ops.sum(counts, axis=-1), 1.0)
        if not self.ranking:
            return squared
        both = counts[:, None] * counts[None]
        gap, distance = true[:, None] - true[None], said[:, None] - said[None]
        weight = both * ops.abs(gap)
        cost = weight * ops.softplus(-SHARPNESS * ops.sign(gap) * distance)
        ranked = ops.sum(cost, axis=(1, 2)) / ops.maximum(ops.sum(weight, axis=(1, 2)), 1e-6)
        return squared + self.ranking * ranked


@keras.saving.register_keras_serializable("fairest")
class PanelPearson(Pearson):
    """Pearson correlation of one panel's output with its scores, over the faces that it has rated."""

    def __init__(self, panel: int, name: str = "pearson", **kwargs: object) -> None:
        """panel: number of the output."""
        super().__init__(name=name, **kwargs)
        self.panel = panel

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch; weights are not supported."""
        true, said = ops.cast(y_true, "float32")[:, self.panel], ops.cast(y_pred, "float32")[:, self.panel]
        counts = known(true)
        x, y = filled(true), counts * said
        parts = [counts, x, y, x * x, y * y, x * y]
        self.sums.assign_add(ops.stack([ops.sum(part) for part in parts]))

    def get_config(self) -> dict[str, object]:
        return {"panel": self.panel, "name": self.name}
