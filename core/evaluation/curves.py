"""Computes the data of the evaluation figures from a model's results: pure functions of rows and arrays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import ReportError
from core.evaluation.metrics import auc, expected_calibration_error
from core.evaluation.results import Row

BINS = 10
"""Number of bins of the reliability diagram, over probabilities of 0.5 to 1."""

NORMAL = 1.959963984540054
"""Standard deviations on either side of the mean that enclose 95 % of a normal distribution."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Points over all thresholds, shapes (n,), and the score that summarises them."""

    x: np.ndarray
    y: np.ndarray
    score: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """Accuracy of the labels by predicted probability; empty bins hold NaN."""

    edges: np.ndarray
    """Shape (bins + 1,), in [0.5, 1]."""
    counts: np.ndarray
    """Faces per bin, shape (bins,)."""
    probability: np.ndarray
    """Mean probability per bin, shape (bins,)."""
    right: np.ndarray
    """Share of correct labels per bin, shape (bins,)."""
    error: float
    """`core.evaluation.metrics.expected_calibration_error` over the same bins."""


def class_names(rows: list[Row]) -> tuple[str, str]:
    """Return the names of the two classes, (below, above), by the ratings that fall into them.

    Raises:
        ReportError: there are not exactly two.
    """
    values: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        values[row.label].append(row.score)
        values[row.predicted].append(row.rating)
    if len(values) != 2:
        received = ", ".join(sorted(values)) or "none"
        raise ReportError("expected two classes among the results; received {received}.", received=received)
    below, above = sorted(values, key=lambda name: float(np.mean(values[name])))
    return below, above


def is_above(rows: list[Row], names: tuple[str, str]) -> np.ndarray:
    """Whether each face truly belongs to the upper class, shape (n,), bool.

    Raises:
        ReportError: all belong to one class.
    """
    above = np.array([row.label == names[1] for row in rows])
    if above.all() or not above.any():
        raise ReportError(
            "expected test faces of both classes, {below} and {above}; all {number} are {only}, so no curve over "
            "thresholds can be drawn.",
            below=names[0],
            above=names[1],
            number=len(rows),
            only=names[int(above.all())],
        )
    return above


def at_thresholds(above: np.ndarray, ratings: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (true positives, false positives) at each threshold: faces of either class rated at least that high.

    Every distinct rating is a threshold, highest first; shapes (thresholds,).
    """
    order = np.argsort(-ratings, kind="stable")
    last = np.append(np.flatnonzero(np.diff(ratings[order])), len(ratings) - 1)
    right = np.cumsum(above[order])[last]
    return right, last + 1 - right


def roc_curve(above: np.ndarray, ratings: np.ndarray) -> Curve:
    """Return the ROC curve of the upper class; the score is the area under it.

    Collinear points are omitted.
    """
    right, false = (np.concatenate([[0], counts]) for counts in at_thresholds(above, ratings))
    corner = np.concatenate([[True], (np.diff(right, 2) != 0) | (np.diff(false, 2) != 0), [True]])
    return Curve(false[corner] / false[-1], right[corner] / right[-1], auc(above, ratings))


def precision_recall_curve(above: np.ndarray, ratings: np.ndarray) -> Curve:
    """Return precision against recall of the upper class, by falling recall; the score is the average precision.

    Without interpolation: each threshold's precision is weighted by the recall that it adds.
    """
    right, false = at_thresholds(above, ratings)
    recall, precision = right / right[-1], right / (right + false)
    average = float(np.sum(np.diff(recall, prepend=0) * precision))
    return Curve(np.append(recall[::-1], 0.0), np.append(precision[::-1], 1.0), average)


def reliability_diagram(right: np.ndarray, probability: np.ndarray, bins: int = BINS) -> Reliability:
    """Return the reliability diagram of label probabilities (Guo et al., ICML 2017).

    Args:
        right: whether each label is correct, shape (n,), bool.
        probability: predicted probability that it is, shape (n,), in [0.5, 1].
        bins: of equal width over [0.5, 1]; a probability on an edge belongs to the bin above it.

    Raises:
        ValueError: a probability is outside [0.5, 1], or there is none.
    """
    edges = np.linspace(0.5, 1.0, bins + 1)
    place = np.clip(np.digitize(probability, edges) - 1, 0, bins - 1)
    counts = np.bincount(place, minlength=bins)
    with np.errstate(invalid="ignore"):
        mean_probability = np.bincount(place, probability, bins) / counts
        share_right = np.bincount(place, right.astype(float), bins) / counts
    return Reliability(
        edges, counts, mean_probability, share_right, expected_calibration_error(probability, right, bins)
    )


def wilson_interval(share: float, total: int) -> tuple[float, float]:
    """Wilson's 95 % confidence interval for a share in [0, 1] of `total` cases, 1 or more."""
    counted = round(share * total) / total
    shrunk = NORMAL**2 / total
    middle = (counted + shrunk / 2) / (1 + shrunk)
    reach = NORMAL * np.sqrt(counted * (1 - counted) / total + shrunk / (4 * total)) / (1 + shrunk)
    # Rounding may put a bound just inside 0 or 1.
    return max(0.0, min(counted, float(middle - reach))), min(1.0, max(counted, float(middle + reach)))


def confusion_counts(rows: list[Row], names: Sequence[str]) -> np.ndarray:
    """Return the faces of each true class (rows) by predicted class (columns), in the order of names; shape (k, k)."""
    place = {name: number for number, name in enumerate(names)}
    counts = np.zeros((len(names), len(names)), int)
    for row in rows:
        counts[place[row.label], place[row.predicted]] += 1
    return counts


def row_shares(counts: np.ndarray) -> np.ndarray:
    """Return each count as a share of its row, shape (k, k); NaN in an empty row."""
    with np.errstate(invalid="ignore"):
        return np.asarray(counts / counts.sum(axis=1, keepdims=True))
