"""Averages several models' ratings and evaluates the mean together with each of them.

    python -m training gen_ensemble
    python -m training gen_ensemble vgg16 mobilenet_v2 --subsets

Reads the output of gen_results for each model. The mean is unweighted, as in Pham, Vu and Tran (Residual Masking
Network, ICPR 2020), so that nothing is fitted to the test faces. Subsets are for display, not for selection: the best
of many on the test faces is better there than elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.evaluation.align_predictions import Members, align_predictions
from core.evaluation.bootstrap import Statistic, auc_of, bootstrap, bootstrap_ci, mean_of, pearson_of, root_mean_of
from core.evaluation.results import Row, ratings_of, read_results
from core.evaluation.subsets import Predictions, Truth, measures, subsets, truth_of
from core.models.manifest import Calibration, EnsembleCard, Manifest
from training.errors import DataError, TrainingError
from training.models.ensemble import ENSEMBLE
from training.scores import Scores

RESAMPLES, SEED = 2000, 1
"""Defaults of the bootstrap."""

DIGITS = 1e-5
"""Results have six digits: a score this close to the threshold may have been on either side before rounding."""


@dataclass(frozen=True, slots=True)
class Classes:
    """The threshold between the two classes, and their names."""

    threshold: float
    above: str
    below: str

    def of(self, rating: float) -> str:
        """Return the class of a rating."""
        return self.above if rating > self.threshold else self.below


def read_members(folder: Path, names: list[str]) -> Members:
    """Read the results of two or more models, in the first one's order.

    Raises:
        ReportError: results are missing or malformed, or are not for the same faces with the same scores.
        DataError: a number is not finite.
        TrainingError: fewer than two models, a duplicate, or the ensemble itself.
    """
    if len(set(names)) < 2 or len(set(names)) < len(names) or ENSEMBLE in names:
        raise TrainingError(
            f"expected two or more different models, none of them {ENSEMBLE}; received {', '.join(names) or 'none'}."
        )
    members = {name: read_results(folder / f"{name}.csv") for name in names}
    for name, rows in members.items():
        for row in rows:
            if not np.isfinite([row.score, row.rating, row.probability]).all():
                raise DataError(
                    f"expected finite numbers in {folder / f'{name}.csv'}; received {row.score}, {row.rating} and "
                    f"{row.probability} for {row.file}. Write it anew with: python -m training gen_results"
                )
    return align_predictions(members)


def classes_of(members: Members, threshold: float) -> Classes:
    """Determine the names of the classes from the labels of scores above and below the threshold.

    Raises:
        DataError: all scores are on one side, or labels and predicted classes are inconsistent with the threshold.
    """
    rows = next(iter(members.values()))
    above = sorted({row.label for row in rows if row.score > threshold + DIGITS})
    below = sorted({row.label for row in rows if row.score < threshold - DIGITS})
    if not above or not below:
        raise DataError(f"expected scores on both sides of the threshold {threshold:g}; all are on one.")
    if len(above) > 1 or len(below) > 1 or above == below:
        raise DataError(
            f"expected one label for scores above the threshold {threshold:g} and another for the rest; received "
            f"{', '.join(above)} above and {', '.join(below)} below. The results were made with another threshold: "
            "write them anew with: python -m training gen_results"
        )
    for name, member_rows in members.items():
        for row in member_rows:
            if not {row.label, row.predicted} <= {above[0], below[0]}:
                raise DataError(
                    f"expected {above[0]} or {below[0]} as label and predicted class in the results of {name}; "
                    f"{row.file} has {row.label!r} and {row.predicted!r}."
                )
    return Classes(threshold, above[0], below[0])


def common_threshold(manifest: Manifest, names: list[str]) -> float:
    """Return the threshold that the manifest gives for all these classifiers, and for the ensemble if it has one.

    Raises:
        TrainingError: they differ. UnknownModelError: one of them is not a classifier of the manifest.
    """
    listed = [ENSEMBLE] if ENSEMBLE in manifest.names("classifier") else []
    cards = [manifest.card(name, "classifier") for name in [*names, *listed]]
    if len({card.threshold for card in cards}) > 1:
        stated = ", ".join(f"{card.name} {card.threshold:g}" for card in cards)
        raise TrainingError(f"expected one threshold for all models; received {stated}. Export them all anew.")
    return cards[0].threshold


def calibration_of(manifest: Manifest, names: list[str]) -> Calibration:
    """Return the ensemble's calibration if the manifest has an ensemble of exactly these models, else the mean slope.

    Members without a calibration in the manifest are excluded from that mean.

    Raises:
        TrainingError: none of them has one.
    """
    for card in manifest.models:
        if isinstance(card, EnsembleCard) and set(card.members) == set(names) and card.calibration:
            return card.calibration
    slopes = [card.calibration.slope for card in manifest.models if card.name in names and card.calibration]
    if not slopes:
        raise TrainingError(
            f"expected a calibration of {', '.join(names)} in the manifest; there is none. "
            "Export them first: python -m training export"
        )
    return Calibration(slope=float(np.mean(slopes)))


def label_probability(calibration: Calibration, threshold: float) -> Callable[[float], float]:
    """Return the function from a rating to its label's probability in [0.5, 1], as in core.models.classifier."""
    return lambda rating: calibration.probability(rating - threshold)


def mean_rows(members: Members, classes: Classes, probability_of: Callable[[float], float]) -> list[Row]:
    """Return the results of the unweighted mean of the ratings."""
    first = next(iter(members.values()))
    means = np.mean([ratings_of(rows) for rows in members.values()], axis=0)
    return [
        Row(row.file, row.group, row.source, row.score, row.label, mean, classes.of(mean), probability_of(mean))
        for row, mean in zip(first, means.tolist(), strict=True)
    ]


def by_face(rows: list[Row]) -> Predictions:
    """Convert results to predictions by face."""
    return Predictions(ratings_of(rows), np.array([row.predicted == row.label for row in rows]))


def statistics(truth: Truth, predictions: Predictions) -> dict[str, Statistic]:
    """Return the same measures as bootstrap statistics."""
    error = truth.scores - predictions.ratings
    return {
        "pearson": pearson_of(truth.scores, predictions.ratings),
        "mae": mean_of(np.abs(error)),
        "rmse": root_mean_of(np.square(error)),
        "auc": auc_of(truth.above, predictions.ratings),
        "accuracy": mean_of(predictions.right.astype(np.float64)),
    }


def with_interval(value: float, resampled: np.ndarray) -> Scores:
    """Return a value with the bounds of its 95 % interval."""
    low, high = bootstrap_ci(resampled)
    return {"value": value, "low": low, "high": high}


def compare(members: Members, mean: list[Row], classes: Classes, resamples: int, seed: int) -> Scores:
    """Return every measure of each member and of their mean, with 95 % intervals, and the mean's gain.

    `gain` is the mean's Pearson correlation minus that of the single model that is best on these faces: a choice in the
    single model's favour.

    Raises:
        TrainingError: fewer than 100 resamples, too few for an interval, or a negative seed.
    """
    if resamples < 100 or seed < 0:
        raise TrainingError(
            f"expected 100 resamples or more and a seed of 0 or more; received {resamples} resamples and seed {seed}."
        )
    truth = truth_of(members, classes.above)
    predictions = {name: by_face(rows) for name, rows in {**members, ENSEMBLE: mean}.items()}
    values = {name: measures(truth, model) for name, model in predictions.items()}
    named_statistics = {
        (name, key): statistic
        for name, model in predictions.items()
        for key, statistic in statistics(truth, model).items()
    }
    drawn = bootstrap(named_statistics, len(mean), resamples, seed)
    best = max(members, key=lambda name: values[name]["pearson"])
    gained = values[ENSEMBLE]["pearson"] - values[best]["pearson"]
    return {
        "members": list(members),
        "faces": len(mean),
        "threshold": classes.threshold,
        "resamples": resamples,
        "seed": seed,
        "models": {
            name: {measure: with_interval(value, drawn[name, measure]) for measure, value in table.items()}
            for name, table in values.items()
        },
        "gain": {"over": best, "pearson": with_interval(gained, drawn[ENSEMBLE, "pearson"] - drawn[best, "pearson"])},
    }


def subset_scores(members: Members, classes: Classes) -> list[Scores]:
    """Return the measures of the mean of every subset of the members, the highest Pearson correlation first."""
    return [
        {"size": len(subset.models), **subset.measures, "models": list(subset.models)}
        for subset in subsets(members, classes.above, classes.threshold)
    ]
