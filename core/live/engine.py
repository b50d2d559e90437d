"""One engine for all live viewers: each hands over its newest frame, one worker analyses them in fair turns.

A frame that was not analysed when a newer one comes is dropped, so no lag can build up; when there is more to do than
time, every viewer's analysis slows alike, and nobody's video waits for it.
"""

from __future__ import annotations

import logging
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from core.live.loop import Loop
from core.live.metrics import Load, Rate, Stages
from core.live.scheduler import FairScheduler
from core.live.viewer import Counts, Follows, Slot, Viewer
from core.models.litert import thread_limit

logger = logging.getLogger(__name__)

SILENT_AFTER = 10.0
"""A viewer who sent no frame for so many seconds has gone, whatever the connection says."""

UNHEARD_AFTER = 3.0
"""One of whom no frame has come yet keeps a seat for so many seconds only: perhaps none ever will."""

PRESENT = 0.5
"""A viewer whose last frame came less than so many seconds ago is about to send another."""

STUCK_AFTER = 10.0
"""An analysis that takes longer, seconds, is not expected to end."""


@dataclass(frozen=True, slots=True)
class Status:
    """How the engine does. Times in seconds.

    viewers, waiting, max_viewers: those with a seat, those without, seats in all. load: share of the machine's cores
    that the process takes, 0 to 1. queue_age: mean wait of the frames analysed lately. counts: frames of all viewers
    ever; analysed_by_seat: those analysed, by seat. refusals: faces by reason. refused_viewers: how many had to wait.
    stuck: whether an analysis takes longer than any may. draining: whether nobody new gets a seat. dead: whether the
    worker is no more, or fails beside its analyses.
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


@dataclass(slots=True)
class Past:
    """What viewers who left have counted."""

    counts: Counts = field(default_factory=Counts)
    analysed_by_seat: Counter[int] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)


class Engine:
    """Places for a number of viewers, and the one thread that analyses for them."""

    def __init__(
        self,
        max_viewers: int,
        clock: Callable[[], float] = time.monotonic,
        crowded: Callable[[], bool] = lambda: False,
    ) -> None:
        """Args:
        max_viewers: viewers at a time; the next one waits.
        clock: seconds, never going back; frames are stamped by the same.
        crowded: whether something else wants the cores now. Then one thread analyses, as for several viewers: two
            would wait for each other whenever one of them is held up.
        """
        self._crowded = crowded
        self.max_viewers = max_viewers
        self.stages = Stages()
        self._clock = clock
        self._viewers: dict[int, Viewer] = {}
        self._scheduler = FairScheduler()
        self._past = Past()
        self._waits = Rate()
        self._load = Load()
        self._load.read(clock())
        self._joined = 0
        self._refused = 0
        self._busy_since: float | None = None
        self._closed = False
        self._draining = False
        self._changed = threading.Condition()
        self._worker = Loop("engine", self._work)

    def join(self, follower: Follows) -> Viewer:
        """A new viewer, with a seat if there is one; else it gets the next that is free, in order of arrival."""
        with self._changed:
            self._joined += 1
            viewer = Viewer(self, self._joined, follower, self._clock())
            self._viewers[viewer.number] = viewer
            self._seat()
            if viewer.seat is None:
                self._refused += 1
            self._worker.start()
        return viewer

    def occupied(self) -> bool:
        """Whether anybody is there, with a seat or waiting for one."""
        with self._changed:
            self._seat()
            return bool(self._viewers)

    def drain(self) -> None:
        """From now on nobody new gets a seat; who has one keeps it."""
        with self._changed:
            self._draining = True

    def submit(self, viewer: Viewer, slot: Slot) -> None:
        """See Viewer.submit."""
        with self._changed:
            if self._closed or viewer.left:
                return
            viewer.last_frame, viewer.heard = slot.time, True
            if viewer.seat is None:
                self._viewers[viewer.number] = viewer  # It may have been silent for a while.
                self._seat()
            if viewer.seat is None:
                return
            viewer.counts.received += 1
            if viewer.slot is not None:
                viewer.counts.dropped += 1
            viewer.slot = slot
            self._worker.start()
            self._changed.notify()

    def remove(self, viewer: Viewer) -> None:
        """See Viewer.leave."""
        with self._changed:
            viewer.left = True
            if self._viewers.pop(viewer.number, None) is not None:
                self._unseat(viewer)
                self._seat()

    def status(self) -> Status:
        """How it does now."""
        with self._changed:
            self._seat()
            now = self._clock()
            counts, refusals = self._past.counts, Counter(self._past.refusals)
            analysed_by_seat = Counter(self._past.analysed_by_seat)
            seated = self._seated()
            for viewer in seated:
                assert viewer.seat is not None
                counts += viewer.counts
                analysed_by_seat[viewer.seat] += viewer.counts.analysed
                refusals += viewer.follower.refusals
            waits = self._waits.values(now)
            return Status(
                viewers=len(seated),
                waiting=len(self._viewers) - len(seated),
                max_viewers=self.max_viewers,
                load=self._load.read(now),
                queue_age=statistics.fmean(waits) if waits else 0.0,
                counts=counts,
                analysed_by_seat=dict(analysed_by_seat),
                refusals=refusals,
                refused_viewers=self._refused,
                stages=self.stages.read(),
                stuck=self._busy_since is not None and now - self._busy_since > STUCK_AFTER,
                draining=self._draining,
                dead=not self._worker.alive,
            )

    def close(self, timeout: float = 2.0) -> None:
        """Stop the worker; frames that come later go unanalysed. Waits for it so many seconds at most."""
        self._worker.stop()
        with self._changed:
            self._closed = True
            self._changed.notify()
        thread_limit.maximum = None
        self._worker.join(timeout)

    def _seat(self) -> None:
        """Take seats from those who fell silent, give them to those who wait."""
        now = self._clock()
        for viewer in list(self._viewers.values()):
            if now - viewer.last_frame >= (SILENT_AFTER if viewer.heard else UNHEARD_AFTER):
                del self._viewers[viewer.number]
                self._unseat(viewer)
        free = set(range(self.max_viewers)) - {viewer.seat for viewer in self._viewers.values()}
        if self._draining:
            free.clear()
        for viewer in self._viewers.values():
            if viewer.seat is None and free:
                viewer.seat = min(free)
                free.discard(viewer.seat)
                self._scheduler.add(viewer.number)
                logger.info("viewer takes a place", extra={"viewer": viewer.number, "place": viewer.seat})
        self._limit()

    def _limit(self) -> None:
        thread_limit.maximum = 1 if len(self._seated()) > 1 or self._crowded() else None

    def _seated(self) -> list[Viewer]:
        """Who has a seat."""
        return [viewer for viewer in self._viewers.values() if viewer.seat is not None]

    def _unseat(self, viewer: Viewer) -> None:
        if viewer.seat is None:
            return
        counted = {"viewer": viewer.number, "place": viewer.seat, **asdict(viewer.counts)}
        logger.info("viewer leaves the place", extra=counted)
        self._past.counts += viewer.counts
        self._past.analysed_by_seat[viewer.seat] += viewer.counts.analysed
        self._past.refusals += viewer.follower.refusals
        viewer.counts = Counts()
        viewer.follower.refusals = Counter()
        viewer.seat, viewer.slot, viewer.scene = None, None, None
        self._scheduler.remove(viewer.number)

    def _work(self) -> None:
        """Wait for a frame and analyse it."""
        with self._changed:
            while not self._closed and (taken := self._take()) is None:
                self._changed.wait()
            if self._closed:
                return
            assert taken is not None
            viewer, slot = taken
            begin = self._busy_since = self._clock()
        try:
            failed = self._analyse(viewer, slot)
        finally:
            self._busy_since = None
        with self._changed:
            self._done(viewer, begin, begin - slot.time, failed)

    def _take(self) -> tuple[Viewer, Slot] | None:
        now = self._clock()
        seated = self._seated()
        waiting = [viewer.number for viewer in seated if viewer.slot is not None]
        present = [viewer.number for viewer in seated if now - viewer.last_frame < PRESENT]
        number = self._scheduler.next(waiting, present)
        if number is None:
            return None
        self._limit()
        viewer = self._viewers[number]
        slot, viewer.slot = viewer.slot, None
        assert slot is not None
        return viewer, slot

    def _analyse(self, viewer: Viewer, slot: Slot) -> bool:
        try:
            viewer.follower.analyze(slot.image, slot.time)
        except BaseException:
            # One viewer's failing model must not stop the others'; the page tells that viewer.
            if not viewer.failed:
                logger.exception("analysing a frame failed", extra={"viewer": viewer.number})
            return True
        return False

    def _done(self, viewer: Viewer, begin: float, waited: float, failed: bool) -> None:
        now = self._clock()
        self._waits.add(now, waited)
        viewer.failed = failed
        if failed:
            self._scheduler.charge(viewer.number, None)
            viewer.counts.failed += 1
        else:
            self._scheduler.charge(viewer.number, now - begin)
            viewer.counts.analysed += 1
            viewer.analysed.add(now)
            viewer.scene = viewer.follower.scene if viewer.seat is not None else None
