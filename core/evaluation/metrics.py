"""Metrics of predictions against ground truth: pure functions of arrays."""

from __future__ import annotations

import numpy as np


def pearson(truth: np.ndarray, predicted: np.ndarray) -> float:
    """Pearson correlation of two arrays of shape (n,); 0 when one of them is constant."""
    if np.std(truth) == 0 or np.std(predicted) == 0:
        return 0.0
    return float(np.corrcoef(truth, predicted)[0, 1])


def ranks(values: np.ndarray) -> np.ndarray:
    """Rank of each value from 1 up, ties at their mean rank; shape (n,)."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2)[place])


def spearman(truth: np.ndarray, predicted: np.ndarray) -> float:
    """Spearman's rank correlation of two arrays of shape (n,), ties at their mean rank; 0 when one is constant."""
    return pearson(ranks(truth), ranks(predicted))


def mae(truth: np.ndarray, predicted: np.ndarray) -> float:
    """Mean absolute error."""
    return float(np.mean(np.abs(truth - predicted)))


def rmse(truth: np.ndarray, predicted: np.ndarray) -> float:
    """Root mean squared error."""
    return float(np.sqrt(np.mean(np.square(truth - predicted))))


def accuracy(truth: np.ndarray, predicted: np.ndarray, threshold: float) -> float:
    """Share of ratings on the truth's side of the threshold."""
    return float(np.mean((truth > threshold) == (predicted > threshold)))


def auc(above: np.ndarray, predicted: np.ndarray) -> float:
    """Area under the ROC curve: how often, of two faces on either side of the threshold, the upper one is rated higher.

    Args:
        above: whether the true score is above the threshold, shape (n,).
        predicted: ratings, shape (n,); ties count half.

    Returns:
        0 to 1; 0.5, chance level, if all faces are on one side.
    """
    positives = np.count_nonzero(above)
    pairs = positives * (len(above) - positives)
    if not pairs:
        return 0.5
    return float((ranks(predicted)[above].sum() - positives * (positives + 1) / 2) / pairs)


def expected_calibration_error(probability: np.ndarray, right: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error of the label probabilities: Guo et al., ICML 2017, for two classes.

    [0.5, 1] is divided into bins of equal width, each including its lower but not its upper edge (the last includes
    both); the difference between mean probability and share of correct labels is averaged over the bins, weighted by
    their faces.

    Args:
        probability: that the predicted label is correct, in [0.5, 1], shape (n,).
        right: whether it was, shape (n,).
        bins: 1 or more.

    Returns:
        0 (calibrated) to 1.

    Raises:
        ValueError: a probability is outside [0.5, 1], or there is none.
    """
    if not probability.size or not np.all((probability >= 0.5) & (probability <= 1)):
        raise ValueError(f"expected probabilities in [0.5, 1]; received {probability!r}")
    number = np.digitize(probability, np.linspace(0.5, 1, bins + 1)[1:-1])
    surplus = np.bincount(number, weights=probability - right, minlength=bins)
    return float(np.sum(np.abs(surplus)) / probability.size)


def confusion_matrix(truth: np.ndarray, predicted: np.ndarray, threshold: float) -> list[list[int]]:
    """[[below as below, below as above], [above as below, above as above]]: rows are the ground truth."""
    is_above, predicted_above = truth > threshold, predicted > threshold
    return [
        [int(np.sum((is_above == row) & (predicted_above == column))) for column in (False, True)]
        for row in (False, True)
    ]


def majority_by_key(keys: list[str], above: np.ndarray, train_keys: list[str], train_above: np.ndarray) -> float:
    """Accuracy of predicting each key's majority in the training set; a key is a photo's source, for example."""
    overall = bool(np.mean(train_above) > 0.5)
    names = np.asarray(train_keys)
    rule = {key: bool(np.mean(train_above[names == key]) > 0.5) for key in set(train_keys)}
    return float(np.mean([rule.get(key, overall) == bool(truth) for key, truth in zip(keys, above, strict=True)]))


def calibration_slope(distance: np.ndarray, above: np.ndarray) -> float:
    """Fit s in 1 / (1 + exp(-s * distance)), the probability of being above the threshold, by maximum likelihood.

    Args:
        distance: predicted rating minus threshold, shape (n,).
        above: whether the true rating is above it, shape (n,).

    Returns:
        A slope in [0.1, 50], found by Newton's method on the log-likelihood.
    """
    slope = 1.0
    for _ in range(50):
        p = 1 / (1 + np.exp(-slope * distance))
        gradient = float(np.sum((above - p) * distance))
        curvature = float(np.sum(p * (1 - p) * distance**2))
        if curvature < 1e-9:
            break
        step = gradient / curvature
        slope = float(np.clip(slope + np.clip(step, -2, 2), 0.1, 50.0))
        if abs(step) < 1e-6:
            break
    return slope
