"""Uncertainty of a measure with respect to the test faces: the percentile bootstrap over faces.

Faces are drawn with replacement, as many as there are; a resample is represented by how often each face was drawn. All
measures use the same resamples, so that differences between them are paired by face (Efron and Tibshirani, An
Introduction to the Bootstrap, 1993, chapter 13). Measures are weighted sums, so many resamples are one matrix product.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import TypeVar

import numpy as np

Statistic = Callable[[np.ndarray], np.ndarray]
"""Maps draw counts of each face, shape (resamples, faces), to the measure of each resample, shape (resamples,)."""

Key = TypeVar("Key", bound=Hashable)

CELLS = 1_000_000
"""Maximum of resamples times faces held in memory at a time: 8 MB."""

CONSTANT = 1e-12
"""A resample's variance below this share of the total variance is rounding error: all values are equal."""


def resample_counts(faces: int, count: int, seed: int) -> Iterator[np.ndarray]:
    """Yield draw counts of each face, in blocks of shape (resamples, faces), float64; `count` resamples in all."""
    rng = np.random.default_rng(seed)
    block = max(1, CELLS // faces)
    for first in range(0, count, block):
        size = min(block, count - first)
        drawn = rng.integers(faces, size=(size, faces)) + faces * np.arange(size)[:, np.newaxis]
        yield np.bincount(drawn.ravel(), minlength=size * faces).reshape(size, faces).astype(np.float64)


def bootstrap(statistics: Mapping[Key, Statistic], faces: int, count: int, seed: int) -> dict[Key, np.ndarray]:
    """Evaluate every statistic on the same resamples, shape (count,).

    Args:
        statistics: by any key.
        faces: number of faces; 1 or more.
        count: number of resamples.
        seed: of the draws; the same seed gives the same values.
    """
    blocks_by_key: dict[Key, list[np.ndarray]] = {key: [] for key in statistics}
    for counts in resample_counts(faces, count, seed):
        for key, statistic in statistics.items():
            blocks_by_key[key].append(statistic(counts))
    return {key: np.concatenate(blocks) for key, blocks in blocks_by_key.items()}


def bootstrap_ci(values: np.ndarray) -> tuple[float, float]:
    """Return the bounds of the 95 % confidence interval from a statistic's resampled values, shape (count,)."""
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def mean_of(values: np.ndarray) -> Statistic:
    """Return the statistic for the mean of per-face values, shape (faces,)."""
    return lambda counts: (counts @ values) / counts.sum(axis=1)


def root_mean_of(values: np.ndarray) -> Statistic:
    """Return the statistic for the square root of the mean of per-face values, 0 or more, shape (faces,)."""
    mean = mean_of(values)
    return lambda counts: np.sqrt(mean(counts))


def pearson_of(truth: np.ndarray, predicted: np.ndarray) -> Statistic:
    """Return the statistic for Pearson's correlation of two arrays of shape (faces,); 0 where one is constant, as
    `metrics.pearson`."""

    # Summing squares of numbers near 3 would lose digits that standardised values keep.
    x, y = ((values - np.mean(values)) / (float(np.std(values)) or 1.0) for values in (truth, predicted))
    products = np.stack([x, y, x * x, y * y, x * y], axis=1)

    def statistic(counts: np.ndarray) -> np.ndarray:
        mean_x, mean_y, mean_xx, mean_yy, mean_xy = (counts @ products / counts.sum(axis=1, keepdims=True)).T
        variance_x, variance_y = mean_xx - mean_x**2, mean_yy - mean_y**2
        varied = (variance_x > CONSTANT) & (variance_y > CONSTANT)
        scale = np.sqrt(np.where(varied, variance_x * variance_y, 1.0))
        return np.where(varied, (mean_xy - mean_x * mean_y) / scale, 0.0)

    return statistic


def auc_of(above: np.ndarray, predicted: np.ndarray) -> Statistic:
    """Return the statistic for the area under the ROC curve, as `metrics.auc`: ties count half, one class gives 0.5.

    Args:
        above: whether the true score is above the threshold, shape (faces,).
        predicted: ratings, shape (faces,).
    """
    order = np.argsort(predicted, kind="stable")
    _, starts = np.unique(predicted[order], return_index=True)
    is_above = above[order].astype(np.float64)

    def statistic(counts: np.ndarray) -> np.ndarray:
        ordered = counts[:, order]
        positives = np.add.reduceat(ordered * is_above, starts, axis=1)
        negatives = np.add.reduceat(ordered * (1 - is_above), starts, axis=1)
        beaten = np.cumsum(negatives, axis=1) - negatives / 2
        pairs = positives.sum(axis=1) * negatives.sum(axis=1)
        won = (positives * beaten).sum(axis=1)
        return np.where(pairs > 0, won / np.maximum(pairs, 1), 0.5)

    return statistic
