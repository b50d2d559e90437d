"""What looks at a face say of its age: how old it looks, and how likely it is to be a minor's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.face import Box
from core.images.crop import square_around
from core.settings import ADULT

OLDEST = 100
"""Years; the last of the ages that a distribution covers, from 0."""

YEARS = np.arange(OLDEST + 1)


@dataclass(frozen=True, slots=True)
class AgeReading:
    """What a look, or several together, say of a face.

    Both numbers are linear in the distribution over ages that they were read from: the mean of several readings is the
    reading of the mean distribution.

    age: the expected age, years. minor: the probability of being under 18, in [0, 1].
    """

    age: float
    minor: float


WIDE = 1.2
"""Side of the square that AgeNet learnt to look at, in geometric means of the face's box."""


def wide_window(box: Box, side: float = WIDE) -> Box:
    """The square that AgeNet looks at, by a face's box: hair and neck tell of age, too."""
    return square_around(box, side, 0.03)


def expected_age(shares: np.ndarray) -> float:
    """The mean of a distribution over the years 0 to OLDEST, (101,)."""
    return float(shares @ YEARS / max(float(shares.sum()), 1e-9))


def reading_of(shares: np.ndarray) -> AgeReading:
    """What a distribution over the years 0 to OLDEST says, (101,); it need not add up to 1.

    One of nothing but zeros says "surely a minor", age 0.
    """
    whole = float(shares.sum())
    minor = float(shares[:ADULT].sum()) / whole if whole > 0 else 1.0
    return AgeReading(expected_age(shares), minor)


def shares_of(logits: np.ndarray) -> np.ndarray:
    """The distribution over the years that a network's logits mean, (101,): their softmax."""
    powers = np.exp(logits.astype(np.float64) - float(logits.max()))
    return np.asarray(powers / powers.sum())


def mean_reading(readings: Sequence[AgeReading]) -> AgeReading:
    """What several looks say together, each counting the same.

    Raises:
        ValueError: there are none.
    """
    if not readings:
        raise ValueError("expected one reading or more; received none")
    count = len(readings)
    return AgeReading(sum(one.age for one in readings) / count, sum(one.minor for one in readings) / count)
