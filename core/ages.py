"""Apparent age: what two estimators say of a face."""

from __future__ import annotations

import numpy as np

from core.crop import square_around
from core.face import Box

OLDEST = 100
"""Years; the last of the ages that a distribution covers, from 0."""

YEARS = np.arange(OLDEST + 1)


def wide_window(box: Box) -> Box:
    """The square that AgeNet looks at, by a face's box: hair and neck tell of age, too."""
    return square_around(box, 1.3, 0.04)


def expected_age(shares: np.ndarray) -> float:
    """The mean of a distribution over the years 0 to OLDEST, (101,)."""
    return float(shares @ YEARS / max(float(shares.sum()), 1e-9))
