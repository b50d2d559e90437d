"""Losses and metrics of networks with one output per panel, most of whose targets are unknown (NaN)."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from training.models.parts.losses import Pearson

SHARPNESS = 10.0
"""Slope of the ranking loss: how fast it falls with the difference of two outputs, which lie in (0, 1)."""


def rated_mask(target: Any) -> Any:
    """1 where a panel has rated, 0 where the target is NaN; of the target's shape."""
    return ops.cast(ops.logical_not(ops.isnan(target)), "float32")


def fill_nan(target: Any) -> Any:
    """The target with NaN replaced by 0."""
    return ops.where(ops.isnan(target), ops.zeros_like(target), target)


@keras.saving.register_keras_serializable("fairest")
class PanelLoss(keras.losses.Loss):
    """Squared error of each panel's output, plus a ranking loss on pairs of faces of one panel.

    A pair costs the logistic loss of the difference of its outputs, weighted by the difference of its scores, so that
    pairs with similar scores hardly count (Burges et al., "Learning to rank using gradient descent", ICML 2005).
    Targets (n, panels) are in [0, 1], NaN where a panel has not rated; predictions (n, panels) are in (0, 1).
    """

    def __init__(self, ranking: float = 0.0, name: str = "panel_loss", **kwargs: object) -> None:
        """ranking: weight of the ranking loss relative to the squared error."""
        super().__init__(name=name, **kwargs)
        self.ranking = ranking

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Compute the loss per sample: (n, panels) and (n, panels) to (n,)."""
        said, true = ops.cast(y_pred, "float32"), ops.cast(y_true, "float32")
        counts = rated_mask(true)
        true = fill_nan(true)
        squared = ops.sum(counts * ops.square(true - said), axis=-1) / ops.maximum(ops.sum(counts, axis=-1), 1.0)
        if not self.ranking:
            return squared
        both = counts[:, None] * counts[None]
        gap, distance = true[:, None] - true[None], said[:, None] - said[None]
        weight = both * ops.abs(gap)
        cost = weight * ops.softplus(-SHARPNESS * ops.sign(gap) * distance)
        ranked = ops.sum(cost, axis=(1, 2)) / ops.maximum(ops.sum(weight, axis=(1, 2)), 1e-6)
        return squared + self.ranking * ranked


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
        """Compute the loss per sample: (n, outputs) or (n, outputs + 1), and (n, outputs), to (n,)."""
        groups, outputs = self.means.shape
        rated = super().call(y_true[:, :outputs], y_pred)
        if y_true.shape[-1] == outputs:
            return rated
        said, group = ops.cast(y_pred, "float32"), ops.cast(y_true, "float32")[:, outputs]
        counts = rated_mask(group)
        member = ops.one_hot(ops.cast(fill_nan(group), "int32"), groups, dtype="float32") * counts[:, None]
        apart = self.parity * self.penalties(member, said)
        rows, unrated = ops.cast(ops.shape(said)[0], "float32"), ops.sum(counts)
        return rated * rows / ops.maximum(rows - unrated, 1.0) + apart * rows / ops.maximum(unrated, 1.0)

    def penalties(self, member: Any, said: Any) -> Any:
        """Return the parity term of each face, (n,), 0 for a rated one.

        Args:
            member: 1 where a face belongs to a group, (n, groups).
            said: the outputs, (n, outputs).
        """
        fixed, (groups, outputs) = ops.stop_gradient(said), self.means.shape
        unrated, shown = ops.sum(member, axis=1)[:, None], ops.sum(member, axis=0)[:, None]
        now = ops.where(shown > 0, ops.matmul(ops.transpose(member), fixed) / ops.maximum(shown, 1.0), np.nan)
        means = running_mean(self.means, now)
        everyone = ops.sum(unrated * fixed, axis=0) / ops.maximum(ops.sum(unrated), 1.0)
        own = ops.where(ops.isnan(self.variances), everyone, ops.matmul(member, fill_nan(means)))
        spread = ops.sum(unrated * ops.square(fixed - own), axis=0) / ops.maximum(ops.sum(unrated), 1.0)
        variances = running_mean(self.variances, spread)
        self.means.assign(means)
        self.variances.assign(variances)
        blocks = ops.reshape(means, (self.blocks, -1, outputs))
        off = fill_nan(ops.reshape(blocks - ops.mean(blocks, axis=1, keepdims=True), (groups, outputs)))
        variances = ops.maximum(variances, MIN_VARIANCE)
        gap = ops.mean(ops.square(off), axis=0) / variances
        drawn = ops.matmul(member, off) * said
        kept = 0.5 * gap * ops.square(said - ops.matmul(member, fill_nan(means)))
        return ops.mean(unrated * (drawn - kept) / variances, axis=-1)


MIN_VARIANCE = 1e-4
"""Lower bound of the variance within groups, to keep the loss finite while a network's outputs are constant."""


def running_mean(before: Any, now: Any) -> Any:
    """Update a running mean; where either the old or the new value is unknown, take the other."""
    running = MEMORY * before + (1 - MEMORY) * now
    return ops.where(ops.isnan(before), now, ops.where(ops.isnan(now), before, running))


@keras.saving.register_keras_serializable("fairest")
class PanelPearson(Pearson):
    """Pearson correlation of one panel's output with its scores, over the faces that it has rated."""

    def __init__(self, panel: int, name: str = "pearson", **kwargs: object) -> None:
        """panel: index of the output."""
        super().__init__(name=name, **kwargs)
        self.panel = panel

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Add a batch; weights are not supported."""
        true, said = ops.cast(y_true, "float32")[:, self.panel], ops.cast(y_pred, "float32")[:, self.panel]
        counts = rated_mask(true)
        x, y = fill_nan(true), counts * said
        parts = [counts, x, y, x * x, y * y, x * y]
        self.sums.assign_add(ops.stack([ops.sum(part) for part in parts]))

    def get_config(self) -> dict[str, object]:
        return {"panel": self.panel, "name": self.name}
