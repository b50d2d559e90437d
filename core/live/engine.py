"""The engine for all live viewers: each submits its newest frame, and workers analyse them under a fair scheduler.

A frame that was not analysed before a newer one arrives is dropped, so no lag builds up. Under overload every viewer's
analysis slows down equally, but the video does not: if the event loop that carries the video runs late, the workers
yield to it.
"""

from __future__ import annotations

import logging
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict

from core.live.admission import Admission, ServedViewer
from core.live.giving_way import GivingWay
from core.live.helping import Helping
from core.live.metrics import Load, Rate, Stages
from core.live.scheduler import FairScheduler
from core.live.status import Past, Status
from core.live.viewer import Counts, FrameFollower, Slot, Viewer
from core.live.workers import Workers
from core.models.litert import thread_limit

logger = logging.getLogger(__name__)

MAX_DROPPED = 0.02
"""Share of the frames of the last seconds up to which dropping them is no sign of a lack of CPU time."""

STUCK_AFTER = 10.0
"""Seconds after which an analysis is considered stuck."""


class Engine:
    """Seats for a number of viewers, and the threads that analyse their frames."""

    def __init__(
        self,
        max_viewers: int,
        clock: Callable[[], float] = time.monotonic,
        crowded: Callable[[], bool] = lambda: False,
        workers: int = 1,
        admission: Admission | None = None,
    ) -> None:
        """Args:
        max_viewers: concurrent viewers; further ones wait.
        clock: seconds, monotonic; frames are stamped by the same clock.
        crowded: whether something else needs the cores now. If so, a single thread analyses, as with several viewers:
            two would wait for each other whenever one of them is held up.
        workers: concurrent analyses, each of a different viewer's frame.
        admission: decides who gets one of the seats; None to admit everyone.
        """
        self._crowded = crowded
        self.max_viewers = max_viewers
        self.stages = Stages()
        self._clock = clock
        self._viewers: dict[int, Viewer] = {}
        self._scheduler = FairScheduler()
        self._past = Past()
        self._waits, self._costs, self._delays = Rate(), Rate(), Rate()
        self._load = Load()
        self._load.read(clock())
        self._joined = 0
        self._refused = 0
        self._begun: dict[int, float] = {}
        self._closed = False
        self._draining = False
        self._giving_way = GivingWay()
        self._admission = admission
        self._lock = threading.RLock()
        # Threads wait here for a frame: those of normal priority, and those that yield.
        self._news = {gives_way: threading.Condition(self._lock) for gives_way in (False, True)}
        self._workers, self._helping = Workers(workers, self._work), Helping(workers)

    def join(self, follower: FrameFollower) -> Viewer:
        """Add a viewer, with a seat if one is free; otherwise it gets the next free one, in order of arrival."""
        with self._lock:
            self._joined += 1
            viewer = Viewer(self, self._joined, follower, self._clock())
            self._viewers[viewer.number] = viewer
            self._seat()
            if viewer.seat is None:
                self._refused += 1
            self._workers.start()
        return viewer

    def occupied(self) -> bool:
        """Whether there is any viewer, with a seat or waiting."""
        with self._lock:
            self._seat()
            return bool(self._viewers)

    @property
    def full(self) -> bool:
        """Whether all seats are taken; if not, waiting viewers were kept out by admission control."""
        with self._lock:
            return len(self._seated()) >= self.max_viewers

    @property
    def drops_frames(self) -> bool:
        """Whether more than MAX_DROPPED of the viewers' recent frames were dropped."""
        with self._lock:
            dropped = [value for viewer in self._seated() for value in viewer.sent.values(self._clock())]
        return sum(dropped) > MAX_DROPPED * len(dropped)

    def drain(self) -> None:
        """Give no seats to new viewers from now on; current ones keep theirs."""
        with self._lock:
            self._draining = True

    def submit(self, viewer: Viewer, slot: Slot) -> None:
        """Take a viewer's newest frame, replacing an unprocessed one."""
        with self._lock:
            if self._closed or viewer.left:
                return
            viewer.last_frame, viewer.heard = slot.time, True
            if viewer.seat is None:
                self._viewers[viewer.number] = viewer  # It may have been silent for a while.
                self._seat()
            if viewer.seat is None:
                return
            viewer.counts.received += 1
            dropped = viewer.slot is not None
            viewer.sent.add(slot.time, dropped)
            viewer.counts.dropped += dropped
            viewer.slot = slot
            self._workers.start()
            self._news[self._giving_way.begun].notify()

    def note_delay(self, delay: float, limit: float) -> None:
        """Record how many seconds late the event loop of the video ran, and the limit from which that is too late.

        If it is too late repeatedly, analysis yields.
        """
        with self._lock:
            now, gave_way = self._clock(), self._giving_way.begun
            self._delays.add(now, delay)
            if self._giving_way.note(now, delay, limit) == gave_way or self._closed:
                return
            self._limit()
            self._workers.start()
            self._news[not gave_way].notify_all()

    def remove(self, viewer: Viewer) -> None:
        """Remove a viewer and free its seat, for good."""
        with self._lock:
            viewer.left = True
            if self._viewers.pop(viewer.number, None) is not None:
                self._unseat(viewer)
                self._seat()

    def status(self) -> Status:
        """Return the current status."""
        with self._lock:
            self._seat()
            now = self._clock()
            seated = self._seated()
            past = self._past.plus(seated)
            waits = self._waits.values(now)
            return Status(
                viewers=len(seated),
                waiting=len(self._viewers) - len(seated),
                max_viewers=self.max_viewers,
                load=self._load.read(now),
                queue_age=statistics.fmean(waits) if waits else 0.0,
                counts=past.counts,
                analysed_by_seat=dict(past.analysed_by_seat),
                refusals=past.refusals,
                at_once=self._helping.count,
                refused_viewers=self._refused,
                stages=self.stages.read(),
                stuck=any(now - begin > STUCK_AFTER for begin in self._begun.values()),
                draining=self._draining,
                dead=not self._workers.alive,
                gives_way=self._giving_way.begun,
                admits=not self._draining and len(seated) < self.max_viewers and self._admits(now),
                loop_delay=max(self._delays.values(now), default=0.0),
            )

    def close(self, timeout: float = 2.0) -> None:
        """Stop the workers, waiting at most `timeout` seconds for each; later frames are not analysed."""
        self._workers.stop()
        with self._lock:
            self._closed = True
            for condition in self._news.values():
                condition.notify_all()
        thread_limit.maximum, thread_limit.at_once = None, 1
        self._workers.join(timeout)

    def _seat(self) -> None:
        """Take seats from silent viewers and give them to waiting ones."""
        now = self._clock()
        for viewer in list(self._viewers.values()):
            if viewer.silent(now):
                del self._viewers[viewer.number]
                self._unseat(viewer)
        free_seats = set(range(self.max_viewers)) - {viewer.seat for viewer in self._viewers.values()}
        if self._draining:
            free_seats.clear()
        for viewer in self._viewers.values():
            if viewer.seat is None and free_seats and self._admits(now):
                viewer.seat, viewer.seated = min(free_seats), now
                free_seats.discard(viewer.seat)
                self._scheduler.add(viewer.number)
                logger.info("viewer takes a place", extra={"viewer": viewer.number, "place": viewer.seat})
        self._limit()

    def _admits(self, now: float) -> bool:
        if self._admission is None:
            return True
        served = [
            ServedViewer(now - viewer.seated, viewer.sent.per_second(now), viewer.analysed.per_second(now))
            for viewer in self._seated()
        ]
        at_once = min(self._helping.count, len(served))
        return self._admission.admits(served, self._costs.values(now), at_once, self._giving_way.begun)

    def _limit(self) -> None:
        shared = len(self._seated()) > 1 or self._crowded() or self._giving_way.begun
        thread_limit.maximum, thread_limit.at_once = 1 if shared else None, self._workers.count

    def _seated(self) -> list[Viewer]:
        """Return the viewers with a seat."""
        return [viewer for viewer in self._viewers.values() if viewer.seat is not None]

    def _unseat(self, viewer: Viewer) -> None:
        if viewer.seat is None:
            return
        fields = {"viewer": viewer.number, "place": viewer.seat, **asdict(viewer.counts)}
        logger.info("viewer leaves the place", extra=fields)
        self._past = self._past.plus([viewer])
        viewer.counts = Counts()
        viewer.follower.refusals = Counter()
        viewer.seat, viewer.slot, viewer.scene = None, None, None
        self._scheduler.remove(viewer.number)

    def _work(self, gives_way: bool) -> None:
        """Wait for a frame and analyse it. gives_way: whether this thread runs at a lower priority."""
        with self._lock:
            while not self._closed and (turn := self._take(gives_way)) is None:
                self._news[gives_way].wait()
            if self._closed:
                return
            assert turn is not None
            viewer, slot = turn
            begin = self._begun[viewer.number] = self._clock()
        computed = time.thread_time()
        failed = True
        try:
            failed = self._analyse(viewer, slot)
        finally:
            computed = time.thread_time() - computed
            # At once: otherwise another worker could report the viewer's next frame first.
            with self._lock:
                del self._begun[viewer.number]
                self._helping.note(self._clock(), self._clock() - begin, computed)
                self._done(viewer, begin, begin - slot.time, failed)

    def _take(self, gives_way: bool) -> tuple[Viewer, Slot] | None:
        if gives_way != self._giving_way.begun or len(self._begun) >= self._helping.count:
            return None
        now = self._clock()
        seated = self._seated()
        waiting = [viewer.number for viewer in seated if viewer.slot is not None and viewer.number not in self._begun]
        present = [viewer.number for viewer in seated if viewer.present(now)]
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
            # A failing model of one viewer must not stop the others'; that viewer's page reports it.
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
            self._costs.add(now, now - begin)
            viewer.counts.analysed += 1
            viewer.analysed.add(now)
            viewer.scene = viewer.follower.scene if viewer.seat is not None else None
