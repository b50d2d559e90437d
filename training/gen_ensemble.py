"""Average several models' ratings and measure the mean beside each of them.

    python -m training gen_ensemble
    python -m training gen_ensemble vgg16 mobilenet_v2 --subsets

Reads what gen_results wrote of each model. The mean is plain and unweighted, as in Pham, Vu and Tran (Residual Masking
Network, ICPR 2020), so that nothing is fitted to the test faces. Subsets are shown to be seen, not to choose from:
the best of many on the test faces is better there than elsewhere.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.weights import Calibration, EnsembleCard, Manifest
from training.bootstrap import Statistic, auc_of, bootstrap, interval, mean_of, pearson_of, root_mean_of
from training.cards import ENSEMBLE
from training.errors import DataError, TrainingError
from training.metrics import auc, mae, pearson, rmse
from training.results import Row, ratings_of, read_results, scores_of
from training.scores import Scores

DIGITS = 1e-5
"""Results hold six digits: a score this close to the threshold may have been on either side before it was written."""

AGAIN = "Write both anew with: python -m training gen_results"

Members = dict[str, list[Row]]
"""Each model's results: the same faces in the same order."""


@dataclass(frozen=True, slots=True)
class Classes:
    """The rating that parts the two classes, and their names."""

    threshold: float
    above: str
    below: str

    def of(self, rating: float) -> str:
        """The class that a rating falls into."""
        return self.above if rating > self.threshold else self.below


@dataclass(frozen=True, slots=True)
class Truth:
    """What is known of each face: scores, and whether the label is the class above; both of shape (n,)."""

    scores: np.ndarray
    above: np.ndarray


@dataclass(frozen=True, slots=True)
class Rated:
    """What a model says of each face: ratings, and whether the predicted class is right; both of shape (n,)."""

    ratings: np.ndarray
    right: np.ndarray


def read_members(folder: Path, names: list[str]) -> Members:
    """The results of two models or more, in the first one's order.

    Raises:
        DataError: results are missing or malformed, or they are not of the same faces with the same scores.
        TrainingError: fewer than two models, one twice, or the ensemble itself.
    """
    if len(set(names)) < 2 or len(set(names)) < len(names) or ENSEMBLE in names:
        raise TrainingError(
            f"expected two or more different models, none of them {ENSEMBLE}; received {', '.join(names) or 'none'}."
        )
    members = {name: read_results(folder / f"{name}.csv") for name in names}
    for name, rows in members.items():
        check(name, rows)
    first = names[0]
    return {name: aligned(first, members[first], name, rows) for name, rows in members.items()}


def check(name: str, rows: list[Row]) -> None:
    """Refuse results that are empty, hold a face twice, or a number that no mean can be taken of.

    Raises:
        DataError: they are such.
    """
    if not rows:
        raise DataError(f"expected a row for each test face in the results of {name}; there is none.")
    seen: set[str] = set()
    for row in rows:
        if row.file in seen:
            raise DataError(f"expected each face once in the results of {name}; {row.file} comes twice.")
        seen.add(row.file)
        if not math.isfinite(row.score + row.rating):
            received = f"{row.file} has {row.score} and {row.rating}"
            raise DataError(f"expected numbers as score and rating in the results of {name}; {received}.")


def aligned(reference: str, expected: list[Row], name: str, rows: list[Row]) -> list[Row]:
    """Rows in the order of the reference's.

    Raises:
        DataError: a face is missing or too many, or its score or label differs.
    """
    by_file = {row.file: row for row in rows}
    wanted = {row.file for row in expected}
    for row in [*expected, *rows]:
        if row.file not in by_file or row.file not in wanted:
            owner = reference if row.file in wanted else name
            raise DataError(
                f"expected the same faces in the results of {reference} and {name}; "
                f"{row.file} is in those of {owner} alone. {AGAIN}"
            )
    for row in expected:
        other = by_file[row.file]
        if (row.score, row.label) != (other.score, other.label):
            raise DataError(
                f"expected the same score and label for each face in the results of {reference} and {name}; {row.file} "
                f"has {row.score:g} ({row.label}) in the one and {other.score:g} ({other.label}) in the other. {AGAIN}"
            )
    return [by_file[row.file] for row in expected]


def classes_of(members: Members, threshold: float) -> Classes:
    """The names of the classes, as the labels of scores above and below the threshold tell them.

    Raises:
        DataError: all scores are on one side, or labels and predicted classes do not follow from the threshold.
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
    for name, theirs in members.items():
        for row in theirs:
            if not {row.label, row.predicted} <= {above[0], below[0]}:
                raise DataError(
                    f"expected {above[0]} or {below[0]} as label and predicted class in the results of {name}; "
                    f"{row.file} has {row.label!r} and {row.predicted!r}."
                )
    return Classes(threshold, above[0], below[0])


def common_threshold(manifest: Manifest, names: list[str]) -> float:
    """The threshold that the manifest states of all these classifiers, and of the ensemble where it lists one.

    Raises:
        TrainingError: they differ. UnknownModelError: one of them is no classifier of the manifest.
    """
    listed = [ENSEMBLE] if ENSEMBLE in manifest.names("classifier") else []
    cards = [manifest.card(name, "classifier") for name in [*names, *listed]]
    if len({card.threshold for card in cards}) > 1:
        stated = ", ".join(f"{card.name} {card.threshold:g}" for card in cards)
        raise TrainingError(f"expected one threshold for all models; received {stated}. Export them all anew.")
    return cards[0].threshold


def calibration_of(manifest: Manifest, names: list[str]) -> Calibration:
    """The ensemble's calibration where the manifest has an ensemble of just these models, else its members' mean slope.

    Members that the manifest does not calibrate are left out of that mean.

    Raises:
        TrainingError: the manifest calibrates none of them.
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


def logistic(calibration: Calibration, threshold: float) -> Callable[[float], float]:
    """A rating to the probability in [0.5, 1] that its label is right, as core.classify has it."""
    return lambda rating: calibration.probability(rating - threshold)


def mean_rows(members: Members, classes: Classes, probability_of: Callable[[float], float]) -> list[Row]:
    """The results of the unweighted mean of the ratings."""
    first = next(iter(members.values()))
    means = np.mean([ratings_of(rows) for rows in members.values()], axis=0)
    return [
        Row(row.file, row.group, row.source, row.score, row.label, mean, classes.of(mean), probability_of(mean))
        for row, mean in zip(first, means.tolist(), strict=True)
    ]


def truth_of(members: Members, classes: Classes) -> Truth:
    """What the members' results agree on."""
    rows = next(iter(members.values()))
    return Truth(scores_of(rows), np.array([row.label == classes.above for row in rows]))


def rated(rows: list[Row]) -> Rated:
    """What results say of each face."""
    return Rated(ratings_of(rows), np.array([row.predicted == row.label for row in rows]))


def measures(truth: Truth, said: Rated) -> dict[str, float]:
    """Pearson, MAE, RMSE, AUC (of the label against the rating) and accuracy of the predicted class."""
    return {
        "pearson": pearson(truth.scores, said.ratings),
        "mae": mae(truth.scores, said.ratings),
        "rmse": rmse(truth.scores, said.ratings),
        "auc": auc(truth.above, said.ratings),
        "accuracy": float(np.mean(said.right)),
    }


def statistics(truth: Truth, said: Rated) -> dict[str, Statistic]:
    """The same measures of resampled faces."""
    error = truth.scores - said.ratings
    return {
        "pearson": pearson_of(truth.scores, said.ratings),
        "mae": mean_of(np.abs(error)),
        "rmse": root_mean_of(np.square(error)),
        "auc": auc_of(truth.above, said.ratings),
        "accuracy": mean_of(said.right.astype(np.float64)),
    }


def estimate(value: float, resampled: np.ndarray) -> Scores:
    """A value with the ends of its 95 % interval."""
    low, high = interval(resampled)
    return {"value": value, "low": low, "high": high}


def compare(members: Members, mean: list[Row], classes: Classes, resamples: int, seed: int) -> Scores:
    """Every measure of each member and of their mean, with 95 % intervals, and what the mean gains.

    `gain` is the mean's Pearson minus that of the single model whose Pearson is highest on these faces: a choice in the
    single model's favour.

    Raises:
        TrainingError: fewer than 100 resamples, too few for the ends of an interval, or a negative seed.
    """
    if resamples < 100 or seed < 0:
        raise TrainingError(
            f"expected 100 resamples or more and a seed of 0 or more; received {resamples} resamples and seed {seed}."
        )
    truth = truth_of(members, classes)
    said = {name: rated(rows) for name, rows in {**members, ENSEMBLE: mean}.items()}
    values = {name: measures(truth, model) for name, model in said.items()}
    each = {(name, key): of for name, model in said.items() for key, of in statistics(truth, model).items()}
    drawn = bootstrap(each, len(mean), resamples, seed)
    best = max(members, key=lambda name: values[name]["pearson"])
    gained = values[ENSEMBLE]["pearson"] - values[best]["pearson"]
    return {
        "members": list(members),
        "faces": len(mean),
        "threshold": classes.threshold,
        "resamples": resamples,
        "seed": seed,
        "models": {
            name: {measure: estimate(value, drawn[name, measure]) for measure, value in table.items()}
            for name, table in values.items()
        },
        "gain": {"over": best, "pearson": estimate(gained, drawn[ENSEMBLE, "pearson"] - drawn[best, "pearson"])},
    }


def subsets(members: Members, classes: Classes) -> list[Scores]:
    """The measures of the mean of every subset of the members, the highest Pearson first."""
    truth = truth_of(members, classes)
    ratings = {name: ratings_of(rows) for name, rows in members.items()}

    def measured(chosen: tuple[str, ...]) -> Scores:
        mean = np.mean([ratings[name] for name in chosen], axis=0)
        right = (mean > classes.threshold) == truth.above
        return {"size": len(chosen), **measures(truth, Rated(mean, right)), "models": list(chosen)}

    sizes = range(1, len(members) + 1)
    every = [measured(chosen) for size in sizes for chosen in itertools.combinations(members, size)]
    return sorted(every, key=lambda scores: -float(scores["pearson"]))
