"""Combines the age readings of one face in a video, and decides when they are enough for a verdict.

Time is passed in, in seconds. Pictures are not used here: the guard's `judge` decides who is refused.

It fails closed: a face passes only after enough readings, the last of them recent, and a reading that clearly does not
fit the earlier ones invalidates them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from core.models.ages import AgeReading, mean_reading

Judge = Callable[[AgeReading], str | None]
"""core.models.age_guard.FrameGuard.judge: why a face with this reading is not rated, or None."""

CLEAR_LOOKS = 3
"""Minimum number of readings for any verdict; they suffice if each of them, and clearly their mean, agrees."""

LOOKS, MIN_LOOKS, DECIDE_AFTER = 10, 5, 0.6
"""Number of readings that decide any case; and the smaller number that does after this many seconds, when several
faces share the readings."""

MAX_LOOKS = 16
"""Number of newest readings used: more would make verdicts steadier, but another person's verdict would take longer."""

AGE_AGAIN, DOUBT_AGAIN = 0.5, 0.1
"""Seconds between readings of a face with a verdict; and if the last reading alone contradicted it."""

STALE_LOOKS = 1.5
"""Seconds without a reading, since a face was turned away or there are too many, after which none passes any longer."""


@dataclass(frozen=True, slots=True)
class Margin:
    """Margin on the guard's criteria. factor: of the probability of a minor. years: of age."""

    factor: float
    years: float

    def younger(self, reading: AgeReading) -> AgeReading:
        """Return the reading shifted by the margin towards refusal."""
        return AgeReading(reading.age - self.years, min(1.0, reading.minor * self.factor))

    def older(self, reading: AgeReading) -> AgeReading:
        """Return the reading shifted by the margin towards passing."""
        return AgeReading(reading.age + self.years, reading.minor / self.factor)


RELEASE = Margin(1.5, 1.5)
"""Hysteresis for passing a refused face, so that a verdict does not flicker."""

CLEAR = Margin(3.0, 5.0)
"""Margin for a verdict from CLEAR_LOOKS readings only."""

DISSENT = Margin(4.0, 8.0)
"""Margin by which a single reading of a passed face must be refused to count as another person's ..."""

OVER_PEAK = 2.0
"""... and its probability of a minor must exceed the highest one so far by this factor: a person whose readings vary
anyway is judged by the mean."""


@dataclass(slots=True)
class Evidence:
    """The readings of one face since its identity was last doubtful.

    since: time of that. peak: the highest probability of a minor in any reading of what may be the same face.
    """

    since: float
    peak: float = 0.0
    looks: deque[AgeReading] = field(default_factory=lambda: deque(maxlen=MAX_LOOKS))
    last: float | None = None
    _first: float | None = None
    _verdict: bool | None = None
    _uncertain: float | None = None

    @property
    def passed(self) -> bool | None:
        """The verdict; None if there is none yet, or if the face may be another one."""
        return self._verdict if self._uncertain is None else None

    @property
    def mean(self) -> AgeReading:
        """Mean of the readings.

        Raises:
            ValueError: there are none.
        """
        return mean_reading(self.looks)

    def add(self, reading: AgeReading, now: float, judge: Judge) -> bool:
        """Add one reading.

        Returns:
            False if it contradicts the others so clearly that they may be another person's: start over.
        """
        dissents = self._dissents(reading, judge)
        self._uncertain = None
        self.peak = max(self.peak, reading.minor)
        self.looks.append(reading)
        self.last = now
        if self._first is None:
            self._first = now
        self._decide(now, judge)
        return not dissents

    def doubt(self, now: float) -> None:
        """Note that the face may be another one who looks alike: to pass, its next reading has to pass by itself."""
        if self._uncertain is None and self._verdict is not False:
            self._uncertain = now

    def _dissents(self, reading: AgeReading, judge: Judge) -> bool:
        if self._uncertain is not None:
            return bool(self.looks) and judge(self.mean) is None and judge(reading) is not None
        return (
            self._verdict is True
            and judge(DISSENT.older(reading)) is not None
            and reading.minor > OVER_PEAK * self.peak
        )

    def _decide(self, now: float, judge: Judge) -> None:
        if self._verdict is None and not self._enough(now, judge):
            return
        mean = RELEASE.younger(self.mean) if self._verdict is False else self.mean
        self._verdict = judge(mean) is None

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
        """Whether the verdict is too old for the face to be rated."""
        return self._verdict is True and self.last is not None and now - self.last > STALE_LOOKS

    def next_look(self, judge: Judge) -> float:
        """Time at which the next reading is due."""
        if self.last is None:
            return self.since
        if self._verdict is None:
            return self.last
        doubtful = (judge(self.looks[-1]) is None) != self._verdict
        due = self.last + (DOUBT_AGAIN if doubtful else AGE_AGAIN)
        return due if self._uncertain is None else min(due, self._uncertain)

    def refusal(self, judge: Judge) -> str | None:
        """Why the face is not rated, if the verdict is against it."""
        mean = self.mean
        return judge(mean) or judge(RELEASE.younger(mean))
