"""Losses and metrics of networks with an output for each panel, most of whose targets are unknown (NaN)."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from training.models.parts.losses import Pearson

SHARPNESS = 10.0
"""Of the ranking: how fast its cost falls with the distance of two outputs, which lie in (0, 1)."""


def rated_mask(target: Any) -> Any:
    """1 where a panel has rated, 0 where the target is NaN; of the target's shape."""
    return ops.cast(ops.logical_not(ops.isnan(target)), "float32")


def fill_nan(target: Any) -> Any:
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
"""Of groups' mean outputs: what is left of them after a batch."""


@keras.saving.register_keras_serializable("fairest")
class ParityLoss(PanelLoss):
    """PanelLoss, and how far the mean outputs of groups lie apart that no panel has rated: demographic parity.

    Targets with one column more than there are outputs hold a group's number there, NaN for a rated face. What is drawn
    to nothing is half the squared distance of a group's mean to that of its block, averaged over groups and outputs, in
    variances within the groups: so nothing is gained by rating all of them alike. Means and variances remember earlier
    batches, since a batch shows few of each group; the loss has the gradient of that quotient, not its value.
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
        """As PanelLoss.

        Args:
            ranking: weight of the pairs beside the squared error.
            parity: weight of the groups beside it.
            groups: how many; blocks: into how many of one size they fall, in order, each with a mean of its own.
            outputs: of the network.
        """
        super().__init__(ranking, name=name, **kwargs)
        self.parity = parity
        self.blocks = blocks
        self.means = keras.Variable(ops.full((groups, outputs), np.nan), trainable=False, dtype="float32")
        self.variances = keras.Variable(ops.full((outputs,), np.nan), trainable=False, dtype="float32")

    def reset_state(self) -> None:
        """Forget means and variances: an epoch begins."""
        for state in (self.means, self.variances):
            state.assign(ops.full_like(state, np.nan))

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """(n, outputs) or (n, outputs + 1), and (n, outputs), to (n,)."""
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
        """What each face adds, (n,), 0 of a rated one.

        Args:
            member: 1 where a face is of a group, (n, groups).
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
"""Of outputs within groups, for the loss to stay finite while a network says the same of everyone."""


def running_mean(before: Any, now: Any) -> Any:
    """A running mean: of what was not known before, what is seen now, and the other way about."""
    running = MEMORY * before + (1 - MEMORY) * now
    return ops.where(ops.isnan(before), now, ops.where(ops.isnan(now), before, running))


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
        counts = rated_mask(true)
        x, y = fill_nan(true), counts * said
        parts = [counts, x, y, x * x, y * y, x * y]
        self.sums.assign_add(ops.stack([ops.sum(part) for part in parts]))

    def get_config(self) -> dict[str, object]:
        return {"panel": self.panel, "name": self.name}
