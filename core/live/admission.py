"""Admission control: decides from measurements of the current viewers whether the machine can serve one more.

Everyone is to keep MIN_RATE analysed frames a second, and the event loop of the video is to stay on time. A new viewer
affects the measurements only after a while, so until then it is counted in addition. Nobody is dropped later.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

MIN_RATE = 5.0
"""Analysed frames a second that every viewer must keep."""

AGAIN = 1.2
"""Multiple of MIN_RATE that must be available to everyone before admission resumes after a viewer was rejected."""

WARM_UP = 3.0
"""Seconds after which a viewer is reflected in the measurements."""

SLACK = 0.9
"""Share of a camera's frames that is analysed if the machine keeps up."""


@dataclass(frozen=True, slots=True)
class ServedViewer:
    """A viewer with a seat. since: seconds since it got it. sent, analysed: frames a second."""

    since: float
    sent: float
    analysed: float

    @property
    def kept_up_with(self) -> bool:
        """Whether enough of its frames are analysed."""
        return self.analysed >= min(MIN_RATE, SLACK * self.sent)


class Admission:
    """Admission control; one per server."""

    def __init__(self, unmeasured: int) -> None:
        """Args:
        unmeasured: viewers admitted before anything is measured; 1 or more.
        """
        self._unmeasured = unmeasured
        self._open = True

    def admits(self, served: Sequence[ServedViewer], costs: Sequence[float], at_once: int, held_up: bool) -> bool:
        """Whether to admit one more viewer.

        Args:
            served: all viewers with a seat; the first viewer is always admitted.
            costs: seconds that each of the last analyses took.
            at_once: concurrent analyses.
            held_up: whether the event loop is running late.
        """
        if not served:
            self._open = True
            return True
        measured = [viewer for viewer in served if viewer.since >= WARM_UP]
        if not measured or not costs:
            return len(served) < self._unmeasured and not held_up
        min_rate = MIN_RATE if self._open else AGAIN * MIN_RATE
        rate_each = at_once / max(statistics.fmean(costs), 1e-6) / (len(served) + 1)
        self._open = not held_up and rate_each >= min_rate and all(viewer.kept_up_with for viewer in measured)
        return self._open
