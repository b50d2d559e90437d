"""Evidence: what the looks at one face of a video say together of its age, and when they are enough for a verdict.

Time comes in as an argument, in seconds. It knows nothing of pictures: the guard's `judge` says who is refused.

It fails closed: nothing passes that was not looked at often enough, nor lately, and a look that is clearly not of
whoever the evidence is of ends it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from core.models.ages import AgeReading, mean_reading

Judge = Callable[[AgeReading], str | None]
"""core.models.age_guard.FrameGuard.judge: why a face that reads so is not rated, or None."""

CLEAR_LOOKS = 3
"""Looks before any verdict, and enough for one when each of them, and clearly their mean, say the same."""

LOOKS, MIN_LOOKS, DECIDE_AFTER = 10, 5, 0.6
"""Looks that decide, however close it is; and how many do so many seconds after the first, where faces share them."""

MAX_LOOKS = 16
"""Looks that count, the newest: more would make a face's verdict steadier, and a stranger's in its place later."""

AGE_AGAIN, DOUBT_AGAIN = 0.5, 0.1
"""Seconds after which a face with a verdict is looked at again; and when the last look by itself said otherwise."""

STALE_LOOKS = 1.5
"""Seconds without a look, since the face was turned away or there are too many faces, after which none passes."""


@dataclass(frozen=True, slots=True)
class Margin:
    """How far a reading must lie from what the guard asks for. factor: of the probability of a minor. years: of age."""

    factor: float
    years: float

    def younger(self, reading: AgeReading) -> AgeReading:
        """The reading made harder to pass by the margin."""
        return AgeReading(reading.age - self.years, min(1.0, reading.minor * self.factor))

    def older(self, reading: AgeReading) -> AgeReading:
        """The reading made easier to pass by the margin."""
        return AgeReading(reading.age + self.years, reading.minor / self.factor)


RELEASE = Margin(1.5, 1.5)
"""For a refused face to be rated after all, so that a verdict does not flicker."""

CLEAR = Margin(3.0, 5.0)
"""For a verdict from CLEAR_LOOKS only."""

DISSENT = Margin(4.0, 8.0)
"""By which one look alone must refuse a face that passed, to be taken for somebody else's ..."""

OVER_PEAK = 2.0
"""... and its probability of a minor must be so many times that of any look before: who always gives a mixed picture
is judged by the mean."""


@dataclass(slots=True)
class Evidence:
    """The looks at one face since something made it doubtful who it is.

    since: when that was. passed: the verdict, None while there is none. peak: the highest probability of a minor in any
    look at what may be the same face.
    """

    since: float
    peak: float = 0.0
    passed: bool | None = None
    looks: deque[AgeReading] = field(default_factory=lambda: deque(maxlen=MAX_LOOKS))
    last: float | None = None
    _first: float | None = None

    @property
    def mean(self) -> AgeReading:
        """What the looks say together.

        Raises:
            ValueError: there are none.
        """
        return mean_reading(self.looks)

    def add(self, reading: AgeReading, now: float, judge: Judge) -> bool:
        """Take one more look into account.

        Returns:
            False when it dissents so clearly that all this may be of somebody else: begin anew.
        """
        dissents = (
            self.passed is True and judge(DISSENT.older(reading)) is not None and reading.minor > OVER_PEAK * self.peak
        )
        self.peak = max(self.peak, reading.minor)
        self.looks.append(reading)
        self.last = now
        if self._first is None:
            self._first = now
        self._decide(now, judge)
        return not dissents

    def _decide(self, now: float, judge: Judge) -> None:
        if self.passed is None and not self._enough(now, judge):
            return
        mean = RELEASE.younger(self.mean) if self.passed is False else self.mean
        self.passed = judge(mean) is None

    def _enough(self, now: float, judge: Judge) -> bool:
        count = len(self.looks)
        if count < CLEAR_LOOKS:
            return False
        assert self._first is not None
        if count >= LOOKS or (count >= MIN_LOOKS and now - self._first >= DECIDE_AFTER):
            return True
        verdicts = {judge(look) is None for look in self.looks}
        if verdicts == {True}:
            return judge(CLEAR.younger(self.mean)) is None
        return verdicts == {False} and judge(CLEAR.older(self.mean)) is not None

    def stale(self, now: float) -> bool:
        """Whether a verdict is too old for a face to be rated by it."""
        return self.passed is True and self.last is not None and now - self.last > STALE_LOOKS

    def next_look(self, judge: Judge) -> float:
        """When the next look should be."""
        if self.last is None:
            return self.since
        if self.passed is None:
            return self.last
        doubtful = (judge(self.looks[-1]) is None) != self.passed
        return self.last + (DOUBT_AGAIN if doubtful else AGE_AGAIN)

    def refusal(self, judge: Judge) -> str | None:
        """Why the face is not rated by a verdict against it."""
        mean = self.mean
        return judge(mean) or judge(RELEASE.younger(mean))
