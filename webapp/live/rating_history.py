"""What was said of faces over the last seconds, for a chart. Time comes in as an argument, in seconds."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from core.face import Face

SECONDS = 30.0
"""That are kept."""

EVERY = 0.25
"""Seconds between two samples."""

Sample = tuple[float, dict[int, float]]
"""A time, and the rating, 1 to 5, of each face that had one then, by the face's number."""


class RatingHistory:
    """The ratings of all faces in view, a few times a second. One thread adds, others may read."""

    def __init__(self) -> None:
        self._samples: deque[Sample] = deque(maxlen=round(SECONDS / EVERY))

    def see(self, faces: Iterable[Face], now: float) -> None:
        """The faces in view at a time no earlier than the last one; too soon after the last sample, it does nothing."""
        if self._samples and now - self._samples[-1][0] < EVERY:
            return
        rated = {face.track: face.rating for face in faces if face.track is not None and face.rating is not None}
        self._samples.append((now, rated))

    def since(self, then: float) -> list[Sample]:
        """The samples of a time and after it, oldest first."""
        return [sample for sample in list(self._samples) if sample[0] >= then]
