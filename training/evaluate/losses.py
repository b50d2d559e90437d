"""Compare loss functions for a classifier, by linear heads on FaceRes's frozen features.

    python -m training losses --backbone-weights FACERES.npz

Only the loss differs: the same features of SCUT-FBP5500's training faces, the same number of epochs, the same seeds.
Measured on the validation parts, so that no test fold takes part in the choice. A whole network, trained for longer,
gains more than any loss; what these heads tell is the order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops

from core.evaluation.metrics import mae, pearson, spearman
from training.data.rated import RatedFace, load_mebeauty, load_scut
from training.data.rating_batches import RatingBatches
from training.data.refused import adults_only
from training.fit.rating_tasks import RANKING
from training.models import faceres
from training.models.parts.heads import THRESHOLDS
from training.models.parts.rating_losses import SPREAD, PanelLoss, shares_above
from training.scores import Scores

VIEWS = 4
"""Augmented views of each training face."""

SEEDS = (1, 2, 3)
EPOCHS, BATCH, LEARNING_RATE, DROPOUT = 40, 64, 1e-3, 0.3

BINS = 41
"""Bins of a distribution of ratings: 1, 1.1, ... 5."""

CLASSES = 5
"""Classes of ComboLoss: 1, 2, ... 5 points."""


def bin_centres(count: int) -> np.ndarray:
    """Return the centres of the bins, in shares of the scale, (count,) float32."""
    return np.linspace(0, 1, count, dtype=np.float32)


def expectation(logits: Any) -> Any:
    """Return the mean of the distribution over bins given by logits (n, bins), (n, 1)."""
    return ops.softmax(logits) @ ops.reshape(bin_centres(logits.shape[-1]), (-1, 1))


def squared_error(target: Any, logits: Any) -> Any:
    """Return the squared error of one sigmoid output."""
    return ops.mean(ops.square(target - ops.sigmoid(logits)))


def with_pairs(target: Any, logits: Any) -> Any:
    """Return the squared error plus a pairwise ranking loss; see PanelLoss."""
    return ops.mean(PanelLoss(RANKING).call(target, ops.sigmoid(logits)))


def distribution(target: Any, logits: Any) -> Any:
    """Return cross-entropy with a Gaussian around the rating (Gao et al., "Deep label distribution learning", 2017)."""
    bell = ops.softmax(-0.5 * ops.square((bin_centres(BINS)[None] - target) / SPREAD))
    return ops.mean(ops.categorical_crossentropy(bell, logits, from_logits=True))


def mean_sigmoid(logits: Any) -> Any:
    """Return the mean of the sigmoids of logits (n, thresholds), (n, 1): the rating whose thresholds they are."""
    return ops.mean(ops.sigmoid(logits), axis=-1, keepdims=True)


def thresholds(target: Any, logits: Any) -> Any:
    """Return the cross-entropy of "above this threshold" (Niu et al., "Ordinal regression", CVPR 2016)."""
    above = shares_above(target[:, 0], logits.shape[-1])
    return ops.mean(ops.binary_crossentropy(above, logits, from_logits=True))


def combo(target: Any, logits: Any) -> Any:
    """Return the sum of regression, class and expectation errors (Xu and Xiang, "ComboLoss", arXiv 2010.10721)."""
    regression, classes = logits[:, :1], logits[:, 1:]
    number = ops.cast(ops.round(target[:, 0] * (CLASSES - 1)), "int32")
    entropy = ops.sparse_categorical_crossentropy(number, classes, from_logits=True)
    absolute_error = ops.abs(target - ops.sigmoid(regression)) + ops.abs(target - expectation(classes))
    return ops.mean(absolute_error) + 0.1 * ops.mean(entropy)


@dataclass(frozen=True, slots=True)
class HeadLoss:
    """A loss and the head trained with it.

    outputs: of the head, logits. loss: of targets (n, 1) in [0, 1] and logits (n, outputs). rating: what the logits
    say, (n, 1) in [0, 1].
    """

    outputs: int
    loss: Callable[[Any, Any], Any]
    rating: Callable[[Any], Any]


LOSSES = {
    "squared error": HeadLoss(1, squared_error, ops.sigmoid),
    "squared error and pairs": HeadLoss(1, with_pairs, ops.sigmoid),
    "distribution": HeadLoss(BINS, distribution, expectation),
    "thresholds": HeadLoss(THRESHOLDS, thresholds, mean_sigmoid),
    "ComboLoss": HeadLoss(1 + CLASSES, combo, lambda logits: ops.sigmoid(logits[:, :1])),
}


@dataclass(frozen=True, slots=True)
class Features:
    """Faces: features (n, channels) and ratings in [0, 1], (n, 1)."""

    values: np.ndarray
    targets: np.ndarray


def features_of(backbone: keras.Model, faces: list[RatedFace], views: int = 0) -> Features:
    """Return the features of faces without augmentation, or of `views` augmented views of each."""
    batches = RatingBatches(
        faces, backbone.input_shape[1], faceres.SPEC.preprocessing, BATCH, seed=1, augment=views > 0
    )
    values, targets = [], []
    for epoch in range(max(views, 1)):
        batches.epoch = epoch
        for number in range(len(batches)):
            pixels, target = batches[number]
            values.append(np.asarray(backbone(pixels, training=False)))
            targets.append(target)
    return Features(np.concatenate(values), np.concatenate(targets))


def train_head(head_loss: HeadLoss, features: Features, seed: int) -> keras.Model:
    """Train a linear head with a loss."""
    keras.utils.set_random_seed(seed)
    inputs = keras.Input(features.values.shape[1:])
    x = keras.layers.BatchNormalization()(inputs)
    head = keras.Model(inputs, keras.layers.Dense(head_loss.outputs)(keras.layers.Dropout(DROPOUT)(x)))
    steps = EPOCHS * -(-len(features.values) // BATCH)
    head.compile(
        keras.optimizers.AdamW(keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps), weight_decay=1e-2),
        loss=head_loss.loss,
    )
    head.fit(features.values, features.targets, batch_size=BATCH, epochs=EPOCHS, verbose=0)
    return head


def compare_losses(
    training_set: Features, held_out: Features, other_panel: Features, seeds: Sequence[int] = SEEDS
) -> Scores:
    """Return the scores of each loss, by name.

    Args:
        training_set: what the heads learn from.
        held_out: faces of the same panel.
        other_panel: faces of another panel.
        seeds: a head is trained with each.

    Returns:
        Of each loss pearson and mae (rating points) on `held_out` and spearman on `other_panel`, means over the seeds,
        and spread, the standard deviation of pearson over the seeds.
    """
    scores: Scores = {}
    for name, head_loss in LOSSES.items():
        rows = []
        for seed in seeds:
            head = train_head(head_loss, training_set, seed)
            predicted, predicted_other = (
                np.asarray(head_loss.rating(head(part.values, training=False))).ravel()
                for part in (held_out, other_panel)
            )
            true = held_out.targets.ravel()
            rows.append(
                (
                    pearson(true, predicted),
                    4 * mae(true, predicted),
                    spearman(other_panel.targets.ravel(), predicted_other),
                )
            )
        means, spread = np.mean(rows, axis=0).tolist(), float(np.std(rows, axis=0)[0])
        scores[name] = dict(zip(("pearson", "mae", "spearman"), means, strict=True)) | {"spread": spread}
    return scores


def evaluate_losses(data: Path, backbone_weights: Path) -> Scores:
    """Return the report of `compare_losses`: trained on SCUT-FBP5500's adults, MEBeauty's as the other panel.

    Raises:
        TrainingError: the backbone's file is missing or does not fit. DataError: data is missing.
    """
    backbone = faceres.backbone(faceres.SIDE, backbone_weights)
    train, held_out = (adults_only(load_scut(data, part)) for part in ("train", "validation"))
    other_panel = adults_only(load_mebeauty(data, "validation"))
    return compare_losses(
        features_of(backbone, train, VIEWS), features_of(backbone, held_out), features_of(backbone, other_panel)
    )
