"""Evaluates the guard, in the style of NIST's Face Analysis Technology Evaluation of age estimation.

    python -m training evaluate guard --data DATA [--film FILM]

Faces of the test sets of UTKFace, All-Age-Faces and FairFace's decades, each in the box found by the default detector:
the error of the estimated age, by age; whom the guard refuses, by age, and adults by gender and race; what other
thresholds would refuse. One picture of each face is evaluated, as on the Photos page; the live page combines several
readings, whose variation `training.evaluate.film` measures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.face import Face
from core.images.crop import Image
from core.models.age_guard import AgeGuard
from core.models.ages import AgeReading
from core.models.pose import PoseEstimator, with_poses
from core.settings import ADULT as OF_AGE
from training.data.aged import AgedFace, Label, load_aged
from training.data.pictures import load_rgb
from training.errors import TrainingError
from training.scores import Scores

BANDS = ((0, 12), (13, 15), (16, 17), (18, 20), (21, 24), (25, 29), (30, 39), (40, 59), (60, 116))
"""Age ranges in years, both ends included."""

NEEDS = {"below 16": (0, 15, 0.97), "16 and 17": (16, 17, 0.90)}
"""Whom a safe guard must refuse: youngest, oldest, and the minimum share of them."""

MARGIN = 0.01
"""Added to the minimum share, so that pictures other than those used for the choice are refused as often."""

ADULT, GROWN_UP = 25, 30
"""Ages from which a refusal counts as wrong, and as bad."""

PASSED = (0.0, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2)
"""Shares of minors passed at which the curve gives the share of adults refused."""

TURNS = ((0.0, 0.05), (0.05, 0.1), (0.1, 0.2), (0.2, 0.3), (0.3, np.inf))
"""Offset of the nose from the midpoint of the eyes, in eye distances, in either direction: from, to below."""

Ages = Callable[[Image, Face], AgeReading]


@dataclass(frozen=True, slots=True)
class Readings:
    """An estimator's readings of faces, each (n,): expected age in years, probability of being under 18."""

    age: np.ndarray
    minor: np.ndarray

    def __getitem__(self, chosen: np.ndarray) -> Readings:
        return Readings(self.age[chosen], self.minor[chosen])


def read_ages(
    ages: Ages,
    faces: Iterable[AgedFace],
    landmarks: PoseEstimator,
    view: Callable[[AgedFace, Image], Image] | None = None,
) -> Readings:
    """Estimate the age of each labelled face in its box, rotated upright by its pose as in the app.

    Args:
        ages: the estimator.
        faces: the labelled ones.
        landmarks: estimates the poses.
        view: transforms a face's picture first; by default, nothing does.
    """
    readings = []
    for face in faces:
        image = load_rgb(face.path)
        image = image if view is None else view(face, image)
        readings.append(ages(image, *with_poses(image, [Face(face.box, 1.0)], landmarks)))
    return Readings(np.array([reading.age for reading in readings]), np.array([reading.minor for reading in readings]))


def labelled_ages(faces: Sequence[AgedFace]) -> np.ndarray:
    """Return the labelled ages, years, (n,); the middle of an interval."""
    return np.array([face.age for face in faces])


def safe_threshold(minor: np.ndarray, true: np.ndarray, margin: float = MARGIN) -> float:
    """Return the highest probability of being under 18 that may pass if enough young people are to be refused.

    Args:
        minor: probabilities, (n,).
        true: labelled ages, years, (n,).
        margin: added to the shares required.

    Raises:
        TrainingError: there are no young faces.
    """
    safest = 1.0
    for name, (low, high, min_share) in NEEDS.items():
        young = minor[(true >= low) & (true <= high)]
        if not len(young):
            raise TrainingError(f"expected faces of people {name} to choose the guard's threshold by; there are none.")
        safest = min(safest, float(np.quantile(young, max(1 - min_share - margin, 0.0), method="lower")))
    # Faces with exactly that probability are to be refused.
    return float(np.nextafter(np.floor(safest * 1e4) / 1e4, 0.0)) if safest > 1e-4 else safest / 2


def share_refused(refused: np.ndarray) -> Scores:
    """Return the number of faces and the share of them refused; without NaN."""
    return {"pictures": len(refused), "refused": float(refused.mean()) if len(refused) else 0.0}


def band_of(label: Label) -> tuple[int, int]:
    """Return the one of BANDS that contains all ages of a label; if none contains an interval, its own bounds.

    The middle of an interval would be misleading: that of 10 to 19 is in the band of 13 to 15, but most of its faces
    are not.
    """
    holding = [(low, high) for low, high in BANDS if low <= label.low and label.high <= high]
    return holding[0] if holding else (label.low, label.high)


def by_band(faces: Sequence[AgedFace], refused: np.ndarray) -> Scores:
    """Return the shares refused in each non-empty band, the youngest first."""
    bands = [band_of(face.label) for face in faces]
    inside = {band: np.array([band == face_band for face_band in bands]) for band in sorted(set(bands))}
    return {f"{low}-{high}": share_refused(refused[chosen]) for (low, high), chosen in inside.items()}


def age_errors(true: np.ndarray, age: np.ndarray) -> Scores:
    """Return the errors of the estimated ages in each band, years: mean absolute and mean signed error."""
    errors = age - true
    scores: Scores = {}
    for low, high in BANDS:
        chosen = (true >= low) & (true <= high)
        if chosen.any():
            scores[f"{low}-{high}"] = {
                "pictures": int(chosen.sum()),
                "years_off": float(np.abs(errors[chosen]).mean()),
                "bias": float(errors[chosen].mean()),
            }
    return scores


def tradeoff_curve(true: np.ndarray, minor: np.ndarray) -> list[Scores]:
    """Return adults refused against minors passed, over all thresholds."""
    young, old = minor[true < OF_AGE], minor[true >= ADULT]
    if not len(young) or not len(old):
        return []
    points = []
    for passed in PASSED:
        threshold = float(np.quantile(young, passed, method="lower"))
        points.append(
            {
                "threshold": threshold,
                "minors_passed": float((young < threshold).mean()),
                "adults_refused": float((old >= threshold).mean()),
            }
        )
    return points


def refused_by_group(faces: Sequence[AgedFace], refused: np.ndarray, name: Callable[[AgedFace], str]) -> Scores:
    """Return the shares of adults refused in each group, as named by `name`."""
    adults = [(name(face), bool(verdict)) for face, verdict in zip(faces, refused, strict=True) if face.age >= ADULT]
    return {
        value: share_refused(np.array([verdict for group, verdict in adults if group == value]))
        for value in sorted({group for group, _ in adults})
    }


def guard_scores(readings: Readings, faces: Sequence[AgedFace], threshold: float) -> Scores:
    """Score a guard on the labelled faces of one set or several.

    Args:
        readings: the reading of each face.
        faces: the labelled ones, in the same order.
        threshold: the probability of being under 18 above which a face is refused.
    """
    refused = readings.minor > threshold
    true = labelled_ages(faces)
    exact = np.array([face.exact for face in faces], bool)
    needs = {name: (low, high) for name, (low, high, _) in NEEDS.items()}
    needs |= {"21 to 24": (21, 24), "25 to 29": (25, 29), "30 and over": (GROWN_UP, 200)}
    exact_refused, exact_ages = refused[exact], true[exact]
    return {
        "threshold": threshold,
        "pictures": len(faces),
        "years_off": float(np.abs(readings.age - true)[exact].mean()) if exact.any() else 0.0,
        "by_age": by_band(faces, refused),
        "by_need": {
            name: share_refused(exact_refused[(exact_ages >= low) & (exact_ages <= high)])
            for name, (low, high) in needs.items()
        },
        "errors": age_errors(exact_ages, readings.age[exact]),
        "minors_refused": share_refused(exact_refused[exact_ages < OF_AGE])["refused"],
        "grown_ups_refused": share_refused(exact_refused[exact_ages >= GROWN_UP])["refused"],
        "curve": tradeoff_curve(exact_ages, readings.minor[exact]),
        "adults_by_gender": refused_by_group(faces, refused, lambda face: face.label.gender),
        "adults_by_race": refused_by_group(faces, refused, lambda face: face.label.race),
        "adults_by_group": refused_by_group(faces, refused, lambda face: f"{face.label.race} {face.label.gender}"),
    }


def by_set(readings: Readings, faces: Sequence[AgedFace], threshold: float) -> Scores:
    """Return `guard_scores` for each set of the faces, and, as `exact`, for all faces with labels in years."""
    sources = np.array([face.label.source for face in faces])
    exact = np.array([face.exact for face in faces], bool)
    chosen = {"exact": exact} | {str(name): sources == name for name in sorted(set(sources))}
    return {
        name: guard_scores(readings[which], [faces[number] for number in np.flatnonzero(which).tolist()], threshold)
        for name, which in chosen.items()
        if which.any()
    }


def turn_angles(faces: Sequence[AgedFace], landmarks: PoseEstimator) -> np.ndarray:
    """Return how far each face is turned in either direction, (n,): |Pose.turn|, infinite if it is uncertain."""
    poses = [landmarks.pose(load_rgb(face.path), face.box) for face in faces]
    return np.array([abs(pose.turn) if pose.is_certain else np.inf for pose in poses])


def by_turn(readings: Readings, faces: Sequence[AgedFace], turned: np.ndarray, threshold: float) -> list[Scores]:
    """Return the age error and the share of adults refused, by how far the face is turned.

    Only faces labelled with a year count; adults_refused is None if none of them is an adult.

    Args:
        readings: the reading of each face.
        faces: the labelled ones, in the same order.
        turned: how far each is turned, see turn_angles; (n,).
        threshold: the probability of being under 18 above which a face is refused.
    """
    true = labelled_ages(faces)
    exact = np.array([face.exact for face in faces], bool)
    rows = []
    for low, high in TURNS:
        # A face whose turn is uncertain is refused as turned away, too.
        chosen = exact & (turned >= low) & ((turned < high) | np.isinf(high))
        if chosen.any():
            errors = (readings.age - true)[chosen]
            adults = readings.minor[chosen & (true >= ADULT)]
            rows.append(
                {
                    "from": low,
                    "to": high if np.isfinite(high) else None,
                    "pictures": int(chosen.sum()),
                    "years_off": float(np.abs(errors).mean()),
                    "bias": float(errors.mean()),
                    "adults": len(adults),
                    "adults_refused": share_refused(adults > threshold)["refused"] if len(adults) else None,
                }
            )
    return rows


def evaluate_guard(guard: AgeGuard, landmarks: PoseEstimator, data: Path, table: Path) -> Scores:
    """Evaluate a guard on the test sets with ages: for each set see `by_set`, for `turns` see `by_turn`."""
    faces = load_aged(data, "test", table)
    readings = read_ages(guard.ages, faces, landmarks)
    turned = by_turn(readings, faces, turn_angles(faces, landmarks), guard.max_minor)
    return by_set(readings, faces, guard.max_minor) | {"turns": turned}
