"""Age estimates of a face: its apparent age, and the probability that it is a minor's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.face import Box
from core.images.crop import square_around
from core.settings import ADULT

OLDEST = 100
"""Last year of age that a distribution covers, starting from 0."""

YEARS = np.arange(OLDEST + 1)


@dataclass(frozen=True, slots=True)
class AgeReading:
    """The age estimate from one view of a face, or from several together.

    Both numbers are linear in the age distribution from which they are computed: the mean of several readings is the
    reading of the mean distribution.

    age: the expected age, years. minor: the probability of being under 18, in [0, 1].
    """

    age: float
    minor: float


WIDE = 1.2
"""Side of the square that AgeNet was trained on, in geometric means of the sides of the face's box."""


def wide_window(box: Box, side: float = WIDE) -> Box:
    """Return the square that AgeNet sees, for a face's box; it is wide because hair and neck indicate age, too."""
    return square_around(box, side, 0.03)


def expected_age(shares: np.ndarray) -> float:
    """Return the mean of a distribution over the years 0 to OLDEST, (101,)."""
    return float(shares @ YEARS / max(float(shares.sum()), 1e-9))


def reading_of(shares: np.ndarray) -> AgeReading:
    """Return the reading of a distribution over the years 0 to OLDEST, (101,), which need not be normalised.

    All zeros give "surely a minor", age 0.
    """
    total = float(shares.sum())
    minor = float(shares[:ADULT].sum()) / total if total > 0 else 1.0
    return AgeReading(expected_age(shares), minor)


def shares_of(logits: np.ndarray) -> np.ndarray:
    """Return the distribution over the years, (101,): the softmax of a network's logits."""
    powers = np.exp(logits.astype(np.float64) - float(logits.max()))
    return np.asarray(powers / powers.sum())


def mean_reading(readings: Sequence[AgeReading]) -> AgeReading:
    """Average several readings with equal weights.

    Raises:
        ValueError: there are none.
    """
    if not readings:
        raise ValueError("expected one reading or more; received none")
    count = len(readings)
    return AgeReading(
        sum(reading.age for reading in readings) / count, sum(reading.minor for reading in readings) / count
    )
