"""Admission: whether the machine can serve one viewer more, by what was measured of those who are there.

Everyone keeps MIN_RATE analysed frames a second, and the event loop of the video its time. A newcomer shows in what is
measured only after a while, so until then it is reckoned with as one of many. Nobody is sent away for it later.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

MIN_RATE = 5.0
"""Analysed frames a second that everyone keeps."""

AGAIN = 1.2
"""Times MIN_RATE that must be there for everyone before the next one is let in after one was not."""

WARM_UP = 3.0
"""Seconds after which a viewer shows in what is measured."""

SLACK = 0.9
"""Share of a camera's frames that are analysed where the machine keeps up with it."""


@dataclass(frozen=True, slots=True)
class ServedViewer:
    """One who has a place. since: seconds for which. sent, analysed: frames a second."""

    since: float
    sent: float
    analysed: float

    @property
    def kept_up_with(self) -> bool:
        """Whether enough of what it sends is analysed."""
        return self.analysed >= min(MIN_RATE, SLACK * self.sent)


class Admission:
    """One a server."""

    def __init__(self, unmeasured: int) -> None:
        """Args:
        unmeasured: viewers that may come before anything is measured; 1 or more.
        """
        self._unmeasured = unmeasured
        self._open = True

    def admits(self, served: Sequence[ServedViewer], costs: Sequence[float], at_once: int, held_up: bool) -> bool:
        """Whether one more may come.

        Args:
            served: all who have a place; the first one is always let in.
            costs: seconds that each of the last analyses took.
            at_once: analyses that go on at a time.
            held_up: whether the event loop comes late to its turns.
        """
        if not served:
            self._open = True
            return True
        measured = [one for one in served if one.since >= WARM_UP]
        if not measured or not costs:
            return len(served) < self._unmeasured and not held_up
        needed = MIN_RATE if self._open else AGAIN * MIN_RATE
        each = at_once / max(statistics.fmean(costs), 1e-6) / (len(served) + 1)
        self._open = not held_up and each >= needed and all(one.kept_up_with for one in measured)
        return self._open
