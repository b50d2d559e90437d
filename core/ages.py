"""Apparent age: what two estimators say of a face."""

from __future__ import annotations

import math

import numpy as np

from core.face import Box

OLDEST = 100
"""Years; the last of the ages that a distribution covers, from 0."""

YEARS = np.arange(OLDEST + 1)


def age_window(side: float, drop: float, box: Box) -> Box:
    """A square around a face: its side in geometric means of the box's, its centre's drop in box heights."""
    size = side * math.sqrt(box.w * box.h)
    return Box.from_centre(box.cx, box.cy + drop * box.h, size, size)


def wide_window(box: Box) -> Box:
    """The square that AgeNet looks at, by a face's box: hair and neck tell of age, too."""
    return age_window(1.3, 0.04, box)


def expected_age(shares: np.ndarray) -> float:
    """The mean of a distribution over the years 0 to OLDEST, (101,)."""
    return float(shares @ YEARS / max(float(shares.sum()), 1e-9))
