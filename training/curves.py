"""What the evaluation figures show of a model's results: pure functions of rows and arrays."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_curve

from training.errors import DataError
from training.metrics import auc, expected_calibration_error
from training.results import Row

BINS = 10
"""Of the reliability diagram, over probabilities of 0.5 to 1."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Points over all thresholds, shapes (n,), and the one number that sums them up."""

    x: np.ndarray
    y: np.ndarray
    score: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """How often labels are right, by how probable the model says they are; bins without faces hold NaN."""

    edges: np.ndarray
    """Shape (bins + 1,), in [0.5, 1]."""
    counts: np.ndarray
    """Faces a bin, shape (bins,)."""
    probability: np.ndarray
    """Mean probability a bin, shape (bins,)."""
    right: np.ndarray
    """Share of right labels a bin, shape (bins,)."""
    error: float
    """`training.metrics.expected_calibration_error` over the same bins."""


def class_names(rows: list[Row]) -> tuple[str, str]:
    """(below, above): the names of the two classes, in the order of the ratings that fall into them.

    Raises:
        DataError: there are not exactly two.
    """
    values: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        values[row.label].append(row.score)
        values[row.predicted].append(row.rating)
    if len(values) != 2:
        raise DataError(f"expected two classes among the results; received {', '.join(sorted(values)) or 'none'}.")
    below, above = sorted(values, key=lambda name: float(np.mean(values[name])))
    return below, above


def is_above(rows: list[Row], names: tuple[str, str]) -> np.ndarray:
    """Whether each face truly is of the upper class, shape (n,), bool.

    Raises:
        DataError: all are of one class, so that nothing can be told apart.
    """
    above = np.array([row.label == names[1] for row in rows])
    if above.all() or not above.any():
        raise DataError(
            f"expected test faces of both classes, {names[0]} and {names[1]}; "
            f"all {len(rows)} are {names[int(above.all())]}. No curve over thresholds can be drawn."
        )
    return above


def roc(above: np.ndarray, ratings: np.ndarray) -> Curve:
    """Share found of the upper class against false alarms among the lower; the score is the area under it."""
    false_alarms, found, _ = roc_curve(above, ratings)
    return Curve(false_alarms, found, auc(above, ratings))


def precision_recall(above: np.ndarray, ratings: np.ndarray) -> Curve:
    """Precision against recall of the upper class; the score is the average precision (no interpolation)."""
    precision, recall, _ = precision_recall_curve(above, ratings)
    return Curve(recall, precision, float(average_precision_score(above, ratings)))


def reliability(right: np.ndarray, probability: np.ndarray, bins: int = BINS) -> Reliability:
    """The reliability diagram of label probabilities (Guo et al., ICML 2017).

    Args:
        right: whether each label is right, shape (n,), bool.
        probability: that it is, as the model says, shape (n,), in [0.5, 1].
        bins: of equal width over [0.5, 1]; a probability on an edge belongs to the bin above it.

    Raises:
        ValueError: a probability is outside [0.5, 1], or there is none.
    """
    edges = np.linspace(0.5, 1.0, bins + 1)
    place = np.clip(np.digitize(probability, edges) - 1, 0, bins - 1)
    counts = np.bincount(place, minlength=bins)
    with np.errstate(invalid="ignore"):
        said = np.bincount(place, probability, bins) / counts
        was = np.bincount(place, right.astype(float), bins) / counts
    return Reliability(edges, counts, said, was, expected_calibration_error(probability, right, bins))


def interval(share: float, total: int) -> tuple[float, float]:
    """Wilson's 95 % confidence interval of a share in [0, 1] that was counted among `total` cases."""
    found = binomtest(round(share * total), total).proportion_ci(0.95, "wilson")
    return float(found.low), float(found.high)
