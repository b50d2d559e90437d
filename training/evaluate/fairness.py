"""Measures differences in a classifier's ratings by race and gender, on FairFace (Karkkainen and Joo, WACV 2021).

    python -m training fairness [MODEL ...] --data DATA

FairFace has no panel's scores, so this shows that ratings differ, not which of them are wrong: the panels' taste, the
networks' errors, kinds of photo and the age distribution of each group (its Middle Eastern men are older than its East
Asian women, for example) all contribute. Race and gender are FairFace's own labels.

The guard is not applied: all pictures are labelled as adults of 20 or more.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.face import Face
from core.models.classifier import RatingClassifier
from core.models.detector import Detector
from training.data.pictures import load_rgb
from training.data.schemas import FAIRFACE
from training.data.tables import read_table
from training.errors import DataError
from training.scores import Scores

SHUFFLES = 1000
"""Number of random permutations for `spread_by_chance`."""


@dataclass(frozen=True, slots=True)
class Person:
    """A picture of FairFace, the face found in it or None, and its labels."""

    path: Path
    face: Face | None
    race: str
    gender: str

    @property
    def group(self) -> str:
        """Race and gender, for example "Black Female"."""
        return f"{self.race} {self.gender}"


def faces_of(data: Path, detector: Detector) -> list[Person]:
    """Return every picture of FairFace with its most confident face, found once for all classifiers.

    Raises:
        DataError: the table or a picture is missing, or the table is malformed.
    """
    folder = data / "fairface"
    people = []
    for row in read_table(folder / "labels.csv", FAIRFACE):
        path = folder / "images" / row["file"]
        face = next(iter(detector.detect(load_rgb(path))), None)
        people.append(Person(path, face, row["race"], row["gender"]))
    return people


def evaluate_fairness(classifier: RatingClassifier, people: list[Person]) -> Scores:
    """The report of one classifier; see `fairness_of`.

    Raises:
        DataError: no face was found in any picture, or a picture is missing.
    """
    ratings = [
        np.nan if person.face is None else classifier.rater(load_rgb(person.path), person.face) for person in people
    ]
    return fairness_of(people, np.array(ratings), classifier.card.threshold)


def fairness_of(people: list[Person], ratings: np.ndarray, threshold: float) -> Scores:
    """Compute mean ratings by race and gender, and how far apart they are.

    Args:
        people: from `faces_of`.
        ratings: of each, 1 to 5, NaN where no face was found; shape (n,).
        threshold: of the classifier.

    Returns:
        pictures and not_found; by_group, by_race and by_gender, each with the scores of `group_scores`; spread (largest
        minus smallest mean of a group, in rating points) with highest and lowest, the groups' names; spread_by_race and
        spread_by_gender; spread_by_chance (see there) for group, race and gender.

    Raises:
        DataError: no face was found in any picture.
    """
    has_face = ~np.isnan(ratings)
    if not has_face.any():
        raise DataError(f"expected faces in the pictures of FairFace; none was found in {len(people)}.")
    keys = {
        "group": np.array([person.group for person in people]),
        "race": np.array([person.race for person in people]),
        "gender": np.array([person.gender for person in people]),
    }
    tables = {name: scores_by_key(values, ratings, threshold) for name, values in keys.items()}
    means = known_means(tables["group"])
    return {
        "pictures": len(people),
        "not_found": int(np.sum(~has_face)),
        **{f"by_{name}": table for name, table in tables.items()},
        "spread": spread(tables["group"]),
        "highest": max(means, key=lambda name: means[name]),
        "lowest": min(means, key=lambda name: means[name]),
        "spread_by_race": spread(tables["race"]),
        "spread_by_gender": spread(tables["gender"]),
        "spread_by_chance": {
            name: spread_by_chance(values[has_face], ratings[has_face]) for name, values in keys.items()
        },
    }


def scores_by_key(keys: np.ndarray, ratings: np.ndarray, threshold: float) -> Scores:
    """Return `group_scores` for each value of a key."""
    return {str(key): group_scores(ratings[keys == key], threshold) for key in np.unique(keys)}


def group_scores(ratings: np.ndarray, threshold: float) -> Scores:
    """Return pictures, not_found, and for faces found: mean, its standard_error, and share_above the threshold.

    A value for which there are too few faces is None.
    """
    rated = ratings[~np.isnan(ratings)]
    return {
        "pictures": len(ratings),
        "not_found": len(ratings) - len(rated),
        "mean": float(np.mean(rated)) if len(rated) else None,
        "standard_error": float(np.std(rated, ddof=1) / np.sqrt(len(rated))) if len(rated) > 1 else None,
        "share_above": float(np.mean(rated > threshold)) if len(rated) else None,
    }


def known_means(by_key: Scores) -> dict[str, float]:
    """Return the mean ratings of the keys that have one."""
    return {key: scores["mean"] for key, scores in by_key.items() if scores["mean"] is not None}


def spread(by_key: Scores) -> float:
    """Return the largest mean rating minus the smallest."""
    means = known_means(by_key).values()
    return max(means) - min(means)


def spread_by_chance(groups: np.ndarray, ratings: np.ndarray) -> float:
    """Return the 95th percentile of the spread over random assignments of the ratings to groups of the same sizes.

    A measured spread below it does not indicate a difference: of many groups' means, one is always the highest.

    Args:
        groups: each person's group, race or gender, shape (n,).
        ratings: shape (n,), no NaN.
    """
    _, number = np.unique(groups, return_inverse=True)
    sizes = np.bincount(number)
    rng = np.random.default_rng(1)
    spreads = []
    for _ in range(SHUFFLES):
        means = np.bincount(number, weights=rng.permutation(ratings)) / sizes
        spreads.append(np.ptp(means))
    return float(np.percentile(spreads, 95))
