"""A classifier's scores within groups of faces, with bootstrap confidence intervals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.evaluation.bootstrap import bootstrap, bootstrap_ci, mean_of, pearson_of
from core.evaluation.metrics import mae, pearson
from core.evaluation.results import Row, ratings_of, scores_of

RESAMPLES, SEED = 1000, 1
FEWEST = 3
"""Minimum number of faces for a correlation."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value and the bounds of its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class GroupScores:
    """Scores on the faces of one group. pearson: None for fewer than FEWEST."""

    faces: int
    pearson: Estimate | None
    mae: Estimate
    accuracy: Estimate


def scores_within(rows: list[Row], group_of: Callable[[Row], str]) -> dict[str, GroupScores]:
    """Return the scores within each group, the largest group first.

    Args:
        rows: one or more. group_of: returns the name of a face's group.
    """
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(group_of(row), []).append(row)
    return {name: scores_of_group(groups[name]) for name in sorted(groups, key=lambda name: -len(groups[name]))}


def scores_of_group(rows: list[Row]) -> GroupScores:
    """Return the scores on one or more faces."""
    scores, ratings = scores_of(rows), ratings_of(rows)
    errors = np.abs(scores - ratings)
    right = np.array([row.label == row.predicted for row in rows], np.float64)
    statistics = {"mae": mean_of(errors), "accuracy": mean_of(right), "pearson": pearson_of(scores, ratings)}
    drawn = bootstrap(statistics, len(rows), RESAMPLES, SEED)
    return GroupScores(
        faces=len(rows),
        pearson=Estimate(pearson(scores, ratings), *bootstrap_ci(drawn["pearson"])) if len(rows) >= FEWEST else None,
        mae=Estimate(mae(scores, ratings), *bootstrap_ci(drawn["mae"])),
        accuracy=Estimate(float(np.mean(right)), *bootstrap_ci(drawn["accuracy"])),
    )
