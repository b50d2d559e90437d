"""Measures the plain mean of the ratings of several models, for every subset of them.

Subsets are for display, not for selection: the best of many on the test faces is better there than elsewhere.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.evaluation.align_predictions import Members
from core.evaluation.metrics import auc, mae, pearson, rmse
from core.evaluation.results import ratings_of, scores_of

HIGHER_IS_BETTER = {"pearson": True, "mae": False, "rmse": False, "auc": True, "accuracy": True}
"""The measures of `measures`."""


@dataclass(frozen=True, slots=True)
class Truth:
    """Ground truth of each face: scores, and whether the label is the upper class; both of shape (n,)."""

    scores: np.ndarray
    above: np.ndarray


@dataclass(frozen=True, slots=True)
class Predictions:
    """A model's predictions for each face: ratings, and whether the predicted class is correct; both of shape (n,)."""

    ratings: np.ndarray
    right: np.ndarray


@dataclass(frozen=True, slots=True)
class Subset:
    """Models by name, and the `measures` of the mean of their ratings."""

    models: tuple[str, ...]
    measures: dict[str, float]


@dataclass(frozen=True, slots=True)
class Size:
    """All subsets with the same number of models: the best by a measure, and the mean of that measure."""

    models: int
    best: Subset
    mean: float


def truth_of(members: Members, above: str) -> Truth:
    """Extract the ground truth, on which the members' results agree; above: name of the upper class."""
    rows = next(iter(members.values()))
    return Truth(scores_of(rows), np.array([row.label == above for row in rows]))


def measures(truth: Truth, predictions: Predictions) -> dict[str, float]:
    """Pearson, MAE, RMSE, AUC (of the label against the rating) and accuracy of the predicted class."""
    return {
        "pearson": pearson(truth.scores, predictions.ratings),
        "mae": mae(truth.scores, predictions.ratings),
        "rmse": rmse(truth.scores, predictions.ratings),
        "auc": auc(truth.above, predictions.ratings),
        "accuracy": float(np.mean(predictions.right)),
    }


def subsets(members: Members, above: str, threshold: float) -> list[Subset]:
    """Evaluate the mean of every subset of the members, the highest Pearson correlation first.

    Args:
        members: one or more.
        above: name of the class of ratings above the threshold.
    """
    truth = truth_of(members, above)
    ratings = {name: ratings_of(rows) for name, rows in members.items()}

    def measured(chosen: tuple[str, ...]) -> Subset:
        mean = np.mean([ratings[name] for name in chosen], axis=0)
        return Subset(chosen, measures(truth, Predictions(mean, (mean > threshold) == truth.above)))

    sizes = range(1, len(members) + 1)
    all_subsets = [measured(chosen) for size in sizes for chosen in itertools.combinations(members, size)]
    return sorted(all_subsets, key=lambda subset: -subset.measures["pearson"])


def by_size(evaluated: Sequence[Subset], measure: str) -> list[Size]:
    """Return best and mean for each number of models, the fewest first, by one of HIGHER_IS_BETTER."""
    sign = 1 if HIGHER_IS_BETTER[measure] else -1
    sizes: list[Size] = []
    for count in sorted({len(subset.models) for subset in evaluated}):
        same_size = [subset for subset in evaluated if len(subset.models) == count]
        best = max(same_size, key=lambda subset: sign * subset.measures[measure])
        sizes.append(Size(count, best, float(np.mean([subset.measures[measure] for subset in same_size]))))
    return sizes
