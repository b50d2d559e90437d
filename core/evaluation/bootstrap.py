"""How much a measure would move with other test faces: the percentile bootstrap over faces.

Faces are drawn with replacement, as many as there are; a resample is how often each face was drawn. All measures see
the same resamples, so that the difference of two of them is theirs face by face (Efron and Tibshirani, An
Introduction to the Bootstrap, 1993, chapter 13). Measures are weighted sums, so that many resamples are one product.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import TypeVar

import numpy as np

Statistic = Callable[[np.ndarray], np.ndarray]
"""How often each face was drawn, shape (resamples, faces), to a measure of each resample, shape (resamples,)."""

Key = TypeVar("Key", bound=Hashable)

CELLS = 1_000_000
"""Resamples times faces that are held at a time: 8 MB."""

CONSTANT = 1e-12
"""A resample's variance below this share of all faces' is rounding: its ratings or scores are all the same."""


def resample_counts(faces: int, count: int, seed: int) -> Iterator[np.ndarray]:
    """How often each face is drawn, in blocks of shape (resamples, faces), float64; `count` resamples in all."""
    rng = np.random.default_rng(seed)
    block = max(1, CELLS // faces)
    for first in range(0, count, block):
        size = min(block, count - first)
        drawn = rng.integers(faces, size=(size, faces)) + faces * np.arange(size)[:, np.newaxis]
        yield np.bincount(drawn.ravel(), minlength=size * faces).reshape(size, faces).astype(np.float64)


def bootstrap(statistics: Mapping[Key, Statistic], faces: int, count: int, seed: int) -> dict[Key, np.ndarray]:
    """Each statistic on the same resamples, shape (count,).

    Args:
        statistics: by any key.
        faces: how many there are; 1 or more.
        count: resamples.
        seed: of the draws; the same seed gives the same values.
    """
    found: dict[Key, list[np.ndarray]] = {key: [] for key in statistics}
    for counts in resample_counts(faces, count, seed):
        for key, statistic in statistics.items():
            found[key].append(statistic(counts))
    return {key: np.concatenate(blocks) for key, blocks in found.items()}


def bootstrap_ci(values: np.ndarray) -> tuple[float, float]:
    """The ends of the 95 % interval: between them lies the middle of a statistic's resampled values, shape (count,)."""
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def mean_of(values: np.ndarray) -> Statistic:
    """The mean of something known of each face, shape (faces,)."""
    return lambda counts: (counts @ values) / counts.sum(axis=1)


def root_mean_of(values: np.ndarray) -> Statistic:
    """The root of the mean of something known of each face, 0 or more, shape (faces,)."""
    mean = mean_of(values)
    return lambda counts: np.sqrt(mean(counts))


def pearson_of(truth: np.ndarray, predicted: np.ndarray) -> Statistic:
    """Pearson correlation of two arrays of shape (faces,); 0 where one is constant, as `metrics.pearson`."""

    # Summing squares of numbers near 3 would lose digits that standard scores keep.
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
    """Area under the ROC curve, as `metrics.auc`: equal ratings count half, faces of one side alone give 0.5.

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
