"""How an engine does, and what viewers who left have counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from core.live.viewer import Counts, Viewer


@dataclass(frozen=True, slots=True)
class Status:
    """How the engine does. Times in seconds.

    viewers, waiting, max_viewers: those with a seat, those without, seats in all. load: share of the machine's cores
    that the process takes, 0 to 1. queue_age: mean wait of the frames analysed lately. counts: frames of all viewers
    ever; analysed_by_seat: those analysed, by seat. refusals: faces by reason. refused_viewers: how many had to wait.
    stuck: whether an analysis takes longer than any may. draining: whether nobody new gets a seat. dead: whether a
    worker is no more, or fails beside its analyses. gives_way: whether analysis runs at a lower priority, for the video
    to keep its time. loop_delay: how late the event loop of the video lately was at
    most. admits: whether one viewer more would get a seat. at_once: analyses that
    go on at a time.
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
    """What viewers who left have counted."""

    counts: Counts = field(default_factory=Counts)
    analysed_by_seat: Counter[int] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)

    def plus(self, seated: Iterable[Viewer]) -> Past:
        """That and what viewers who have a seat have counted so far."""
        counts, refusals, analysed_by_seat = self.counts, Counter(self.refusals), Counter(self.analysed_by_seat)
        for viewer in seated:
            assert viewer.seat is not None
            counts += viewer.counts
            analysed_by_seat[viewer.seat] += viewer.counts.analysed
            refusals += viewer.follower.refusals
        return Past(counts, analysed_by_seat, refusals)
