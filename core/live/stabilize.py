"""Combines the ratings of one face over several frames into a rating and a label that do not flicker.

Time is passed in, in seconds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

SETTLE_SECONDS = 0.5
"""Time constant: seconds in which a rating follows about two thirds of a change."""

MARGIN = 0.2
"""How far, on the scale of 1 to 5, a rating must be beyond the threshold to change the label."""

HOLD_SECONDS = 1.0
"""Seconds for which it must stay there without interruption."""


@dataclass(slots=True)
class SteadyRating:
    """A rating smoothed over time, and its side of the threshold.

    above: the side; that of the first rating, until the smoothed one has been beyond the threshold by MARGIN for
        HOLD_SECONDS.
    """

    threshold: float
    value: float = math.nan
    above: bool = False
    last: float = -math.inf
    _since: float | None = None

    def add(self, rating: float, now: float) -> None:
        """Add one rating, 1 to 5."""
        if math.isnan(self.value):
            self.value, self.above, self.last = rating, rating > self.threshold, now
            return
        self.value += (1 - math.exp(-max(0.0, now - self.last) / SETTLE_SECONDS)) * (rating - self.value)
        self.last = now
        distance = self.threshold - self.value if self.above else self.value - self.threshold
        if distance < MARGIN:
            self._since = None
        elif self._since is None:
            self._since = now
        elif now - self._since >= HOLD_SECONDS:
            self.above, self._since = not self.above, None
