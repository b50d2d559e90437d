"""Losses and metrics of networks with one output per panel, most of whose targets are unknown (NaN)."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from training.models.parts.losses import Pearson

SHARPNESS = 10.0
"""Slope of the ranking loss: how fast it falls with the difference of two outputs, which lie in (0, 1)."""

SPREAD = 0.1
"""Standard deviation of the label around a rating, in shares of the scale: 0.4 points of 1 to 5."""

ENTROPY = 0.2
"""Weight of the thresholds' cross-entropy: its gradient is then about as large as the squared error's."""

THRESHOLDS_RANK = 3
"""Rank of outputs (n, panels, thresholds)."""


def rated_mask(target: Any) -> Any:
    """1 where a panel has rated, 0 where the target is NaN; of the target's shape."""
    return ops.cast(ops.logical_not(ops.isnan(target)), "float32")


def fill_nan(target: Any) -> Any:
    """The target with NaN replaced by 0."""
    return ops.where(ops.isnan(target), ops.zeros_like(target), target)


def mean_above(outputs: Any) -> Any:
    """The ratings, (n, panels): the mean over the thresholds of (n, panels, thresholds), or the outputs as they are."""
    outputs = ops.cast(outputs, "float32")
    return ops.mean(outputs, axis=-1) if len(outputs.shape) == THRESHOLDS_RANK else outputs


def shares_above(target: Any, thresholds: int) -> Any:
    """How much of a Gaussian around each target lies above each threshold, (..., thresholds).

    Thresholds are the middles of as many equal parts of [0, 1]; so their mean is the target, except near the ends.
    """
    middles = (np.arange(thresholds, dtype=np.float32) + 0.5) / thresholds
    return 0.5 * (1 + ops.erf((target[..., None] - middles) / (SPREAD * 2**0.5)))


@keras.saving.register_keras_serializable("fairest")
class PanelLoss(keras.losses.Loss):
    """Squared error of each panel's rating, plus a ranking loss on pairs of faces of one panel.

    A pair costs the logistic loss of the difference of its outputs, weighted by the difference of its scores, so that
    pairs with similar scores hardly count (Burges et al., "Learning to rank using gradient descent", ICML 2005).
    Targets (n, panels) are in [0, 1], NaN where a panel has not rated; predictions are in (0, 1): (n, panels), or
    (n, panels, thresholds), probabilities of a rating above each threshold, whose cross-entropy is added. Their mean
    over the thresholds is the rating (Niu et al., "Ordinal regression with multiple output CNN for age estimation",
    CVPR 2016).
    """

    def __init__(self, ranking: float = 0.0, name: str = "panel_loss", **kwargs: object) -> None:
        """ranking: weight of the ranking loss relative to the squared error."""
        super().__init__(name=name, **kwargs)
        self.ranking = ranking

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Compute the loss per sample: targets and predictions to (n,)."""
        predicted, true = mean_above(y_pred), ops.cast(y_true, "float32")
        counts = rated_mask(true)
        true = fill_nan(true)
        panel_errors = ops.square(true - predicted)
        if len(y_pred.shape) == THRESHOLDS_RANK:
            shares = shares_above(true, y_pred.shape[-1])
            panel_errors += ENTROPY * ops.mean(ops.binary_crossentropy(shares, ops.cast(y_pred, "float32")), axis=-1)
        error = ops.sum(counts * panel_errors, axis=-1) / ops.maximum(ops.sum(counts, axis=-1), 1.0)
        if not self.ranking:
            return error
        both_rated = counts[:, None] * counts[None]
        gap, distance = true[:, None] - true[None], predicted[:, None] - predicted[None]
        weight = both_rated * ops.abs(gap)
        cost = weight * ops.softplus(-SHARPNESS * ops.sign(gap) * distance)
        ranked = ops.sum(cost, axis=(1, 2)) / ops.maximum(ops.sum(weight, axis=(1, 2)), 1e-6)
        return error + self.ranking * ranked


MEMORY = 0.95
"""Decay of the running means of the groups' outputs per batch."""


@keras.saving.register_keras_serializable("fairest")
class ParityLoss(PanelLoss):
    """PanelLoss plus a demographic parity term: the differences between mean outputs of groups that no panel has rated.

    Targets with one column more than there are outputs hold a group's number there, NaN for a rated face. The term is
    half the squared distance of a group's mean to that of its block, averaged over groups and outputs, relative to the
    variance within the groups: so rating everyone alike gains nothing. Means and variances are running ones, since a
    batch has few samples of each group; the loss has the gradient of that quotient, not its value.
    """

    def __init__(
        self,
        ranking: float = 0.0,
        parity: float = 0.0,
        groups: int = 2,
        blocks: int = 1,
        outputs: int = 1,
        name: str = "parity_loss",
        **kwargs: object,
    ) -> None:
        """Extend PanelLoss.

        Args:
            ranking: weight of the ranking loss relative to the squared error.
            parity: weight of the parity term relative to it.
            groups: number of groups; blocks: number of equal blocks into which they fall, in order, each with a mean.
            outputs: of the network.
        """
        super().__init__(ranking, name=name, **kwargs)
        self.parity = parity
        self.blocks = blocks
        self.means = keras.Variable(ops.full((groups, outputs), np.nan), trainable=False, dtype="float32")
        self.variances = keras.Variable(ops.full((outputs,), np.nan), trainable=False, dtype="float32")

    def reset_state(self) -> None:
        """Reset means and variances at the start of an epoch."""
        for state in (self.means, self.variances):
            state.assign(ops.full_like(state, np.nan))

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Compute the loss per sample: targets (n, outputs) or (n, outputs + 1), and predictions, to (n,)."""
        groups, outputs = self.means.shape
        rated = super().call(y_true[:, :outputs], y_pred)
        if y_true.shape[-1] == outputs:
            return rated
        predicted, group = mean_above(y_pred), ops.cast(y_true, "float32")[:, outputs]
        counts = rated_mask(group)
        member = ops.one_hot(ops.cast(fill_nan(group), "int32"), groups, dtype="float32") * counts[:, None]
        apart = self.parity * self.penalties(member, predicted)
        rows, unrated = ops.cast(ops.shape(predicted)[0], "float32"), ops.sum(counts)
        return rated * rows / ops.maximum(rows - unrated, 1.0) + apart * rows / ops.maximum(unrated, 1.0)

    def penalties(self, member: Any, predicted: Any) -> Any:
        """Return the parity term of each face, (n,), 0 for a rated one.

        Args:
            member: 1 where a face belongs to a group, (n, groups).
            predicted: the ratings, (n, outputs).
        """
        fixed, (groups, outputs) = ops.stop_gradient(predicted), self.means.shape
        unrated, group_sizes = ops.sum(member, axis=1)[:, None], ops.sum(member, axis=0)[:, None]
        batch_means = ops.where(
            group_sizes > 0, ops.matmul(ops.transpose(member), fixed) / ops.maximum(group_sizes, 1.0), np.nan
        )
        means = running_mean(self.means, batch_means)
        everyone = ops.sum(unrated * fixed, axis=0) / ops.maximum(ops.sum(unrated), 1.0)
        references = ops.where(ops.isnan(self.variances), everyone, ops.matmul(member, fill_nan(means)))
        spread = ops.sum(unrated * ops.square(fixed - references), axis=0) / ops.maximum(ops.sum(unrated), 1.0)
        variances = running_mean(self.variances, spread)
        self.means.assign(means)
        self.variances.assign(variances)
        blocks = ops.reshape(means, (self.blocks, -1, outputs))
        deviations = fill_nan(ops.reshape(blocks - ops.mean(blocks, axis=1, keepdims=True), (groups, outputs)))
        variances = ops.maximum(variances, MIN_VARIANCE)
        gap = ops.mean(ops.square(deviations), axis=0) / variances
        drawn = ops.matmul(member, deviations) * predicted
        kept = 0.5 * gap * ops.square(predicted - ops.matmul(member, fill_nan(means)))
        return ops.mean(unrated * (drawn - kept) / variances, axis=-1)


MIN_VARIANCE = 1e-4
"""Lower bound of the variance within groups, to keep the loss finite while a network's outputs are constant."""


def running_mean(previous: Any, current: Any) -> Any:
    """Update a running mean; where either the old or the new value is unknown, take the other."""
    running = MEMORY * previous + (1 - MEMORY) * current
    return ops.where(ops.isnan(previous), current, ops.where(ops.isnan(current), previous, running))


@keras.saving.register_keras_serializable("fairest")
class PanelPearson(Pearson):
    """Pearson correlation of one panel's output with its scores, over the faces that it has rated."""

    def __init__(self, panel: int, name: str = "pearson", **kwargs: object) -> None:
        """panel: index of the output."""
        super().__init__(name=name, **kwargs)
        self.panel = panel

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch; weights are not supported."""
        true, predicted = ops.cast(y_true, "float32")[:, self.panel], mean_above(y_pred)[:, self.panel]
        counts = rated_mask(true)
        x, y = fill_nan(true), counts * predicted
        parts = [counts, x, y, x * x, y * y, x * y]
        self.sums.assign_add(ops.stack([ops.sum(part) for part in parts]))

    def get_config(self) -> dict[str, object]:
        return {"panel": self.panel, "name": self.name}
