"""Whom the guard refuses on the test part of UTKFace, by age, and which adults, by age, gender and race.

python -m training evaluate guard --data DATA

Of each face one picture is looked at, as on the Photos page; live, the median of several looks counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from core.detect import Detector
from core.face import Face
from core.guard import AgeGuard, Ages
from training.data.aged import AgedFace, load_aged
from training.data.faces import load_rgb
from training.errors import TrainingError
from training.scores import Scores

BANDS = ((0, 12), (13, 15), (16, 17), (18, 20), (21, 24), (25, 29), (30, 39), (40, 59), (60, 116))
"""Ages in years, both ends included."""

SAFE = {"below 16": (0, 15, 0.97), "16 and 17": (16, 17, 0.90)}
"""Whom a safe guard refuses: youngest, oldest, and the least share of them."""

MARGIN = 0.01
"""Above the least share, so that other pictures than those it was chosen on are refused as often."""

MINOR, ADULT, GROWN_UP = 18, 25, 30
"""Ages below which a face must be refused, and from which a refusal counts as wrong."""


def estimates(ages: Ages, faces: Iterable[AgedFace]) -> np.ndarray:
    """The apparent age of each labelled face in its box, years, (n,)."""
    return np.array([ages(load_rgb(face.path), Face(face.box, 1.0)).age for face in faces])


def safe_age(said: np.ndarray, true: np.ndarray) -> float:
    """The lowest age, in tenths of years, below which enough of the young are refused.

    Args:
        said: apparent ages, (n,).
        true: labelled ages, (n,).

    Raises:
        TrainingError: none are young.
    """
    safest = 0.0
    for name, (low, high, least) in SAFE.items():
        young = said[(true >= low) & (true <= high)]
        if not len(young):
            raise TrainingError(f"expected faces of people {name} to choose the guard's age by; there are none.")
        safest = max(safest, float(np.quantile(young, min(least + MARGIN, 1.0), method="higher")))
    return float(np.ceil(safest * 10 + 0.5) / 10)


def share(refused: np.ndarray) -> Scores:
    """How many there are, and which share of them is refused; NaN-free."""
    return {"pictures": len(refused), "refused": float(refused.mean()) if len(refused) else 0.0}


def guard_scores(said: np.ndarray, faces: list[AgedFace], min_age: float) -> Scores:
    """Shares refused.

    Args:
        said: apparent ages, (n,).
        faces: the labelled ones, in the same order.
        min_age: below which a face is refused.
    """
    refused = said < min_age
    true = np.array([face.age for face in faces])
    adults = [(face, bool(verdict)) for face, verdict in zip(faces, refused, strict=True) if face.age >= ADULT]

    def by(name: str) -> Scores:
        values = sorted({getattr(face, name) for face, _ in adults})
        return {
            value: share(np.array([verdict for face, verdict in adults if getattr(face, name) == value]))
            for value in values
        }

    return {
        "pictures": len(faces),
        "years_off": float(np.abs(said - true).mean()) if len(faces) else 0.0,
        "by_age": {f"{low}-{high}": share(refused[(true >= low) & (true <= high)]) for low, high in BANDS},
        "by_need": {name: share(refused[(true >= low) & (true <= high)]) for name, (low, high, _) in SAFE.items()}
        | {f"{age} and over": share(refused[true >= age]) for age in (ADULT, GROWN_UP)},
        "minors_refused": share(refused[true < MINOR])["refused"],
        "grown_ups_refused": share(refused[true >= GROWN_UP])["refused"],
        "adults_by_gender": by("gender"),
        "adults_by_race": by("race"),
    }


def evaluate_guard(detector: Detector, guard: AgeGuard, data: Path) -> Scores:
    """A guard on the test part of UTKFace, behind a detector that finds the faces, as in the app."""
    faces = load_aged(data, "test", detector)
    return guard_scores(estimates(guard.ages, faces), faces, guard.min_age)
