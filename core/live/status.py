"""The status of an engine, and the counts of viewers who left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from core.live.viewer import Counts, Viewer


@dataclass(frozen=True, slots=True)
class Status:
    """The status of the engine. Times in seconds.

    viewers, waiting, max_viewers: viewers with a seat, without one, seats in all. load: share of the machine's cores
    used by the process, 0 to 1. queue_age: mean wait of the recently analysed frames. counts: frames of all viewers
    ever;
    analysed_by_seat: those analysed, by seat. refusals: faces by reason. refused_viewers: how many had to wait.
    stuck: whether an analysis takes longer than allowed. draining: whether new viewers get no seat. dead: whether a
    worker has died, or fails outside its analyses. gives_way: whether analysis runs at a lower priority in favour of
    the video.
    loop_delay: maximum recent delay of the video's event loop. admits: whether one more viewer would get a seat.
    at_once: concurrent analyses.
    """

    viewers: int
    waiting: int
    max_viewers: int
    load: float
    queue_age: float
    counts: Counts
    analysed_by_seat: dict[int, int]
    refusals: Counter[str]
    refused_viewers: int
    stages: dict[str, tuple[int, float]]
    stuck: bool
    draining: bool
    dead: bool = False
    gives_way: bool = False
    loop_delay: float = 0.0
    admits: bool = True
    at_once: int = 1


@dataclass(slots=True)
class Past:
    """The counts of viewers who left."""

    counts: Counts = field(default_factory=Counts)
    analysed_by_seat: Counter[int] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)

    def plus(self, seated: Iterable[Viewer]) -> Past:
        """Return these plus the counts so far of the viewers who have a seat."""
        counts, refusals, analysed_by_seat = self.counts, Counter(self.refusals), Counter(self.analysed_by_seat)
        for viewer in seated:
            assert viewer.seat is not None
            counts += viewer.counts
            analysed_by_seat[viewer.seat] += viewer.counts.analysed
            refusals += viewer.follower.refusals
        return Past(counts, analysed_by_seat, refusals)
