"""Decides from the delay of the video's event loop whether inference has to yield to the video.

A machine may have other work, or too few cores for its viewers. Then the loop, the decoders and the encoders run late
while inference keeps computing; once that is measured, inference runs at a lower priority for a while.
"""

from __future__ import annotations

from collections import deque

WINDOW = 1.0
"""Seconds over which the loop is observed."""

MIN_LOOKS, LATE_SHARE = 5, 0.2
"""Samples that a window needs to count, and the share of late samples from which the loop is held up."""

HOLD, LONGEST_HOLD = 5.0, 60.0
"""Seconds for which inference yields: the first time, and at most."""

TRIAL = 10.0
"""Seconds that must pass without delay after a hold; otherwise the next hold is twice as long."""


class GivingWay:
    """Time is passed in, in seconds, and never goes back.

    Attributes:
        begun: whether inference yields now.
    """

    def __init__(self) -> None:
        self.begun = False
        self._looks: deque[tuple[float, bool]] = deque()
        self._hold = HOLD
        self._until = 0.0
        self._ended = float("-inf")

    def note(self, now: float, delay: float, limit: float) -> bool:
        """Add one sample of the loop's delay; return whether inference yields from now on.

        Args:
            now: time of the sample.
            delay: seconds by which the loop was late.
            limit: seconds from which that is too late.
        """
        if self.begun:
            if now >= self._until:
                self.begun, self._ended = False, now
                self._looks.clear()
            return self.begun
        self._looks.append((now, delay > limit))
        while self._looks[0][0] < now - WINDOW:
            self._looks.popleft()
        late = sum(late for _, late in self._looks)
        if len(self._looks) >= MIN_LOOKS and late >= LATE_SHARE * len(self._looks):
            soon_again = now - self._ended < TRIAL
            self._hold = min(2 * self._hold, LONGEST_HOLD) if soon_again else HOLD
            self.begun, self._until = True, now + self._hold
        return self.begun
