"""Pool of worker processes that rate untrusted pictures, scheduled round-robin between owners.

A file that crashes its worker, or takes too long, results in an error; the worker is replaced and the others continue.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any, TypeVar

from core.draw import AS_THEY_ARE
from core.live.loop import Loop
from webapp.sandbox import answers
from webapp.sandbox.answers import Rated
from webapp.sandbox.archive import Listing
from webapp.sandbox.round_robin import RoundRobinQueue
from webapp.sandbox.wire import LIST, RATE, WARM, Message
from webapp.sandbox.worker_settings import WorkerSettings
from webapp.sandbox.worker_slot import Job, WorkerSlot, Zip, broke_off

SECONDS = 60.0
"""Timeout of a job excluding opening a file, on a machine busy with video; includes loading models."""

REST, MAX_REST_SECONDS = 2.0, 2.0
"""How long a worker rests after a job while live video lacks CPU time: a multiple of the job's time, and the maximum.
Resting comes afterwards: whoever sends a single photo waits no longer."""

IDLE = 300.0
"""Seconds without a job after which a worker is stopped to free its memory."""

T = TypeVar("T")


def as_it_is(answer: Message) -> Message:
    """Return the whole answer."""
    return answer


class Pool:
    """Worker processes, started on demand. Thread-safe; only `call` blocks."""

    def __init__(
        self,
        settings: WorkerSettings,
        workers: int | None = None,
        idle: float = IDLE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Create a pool.

        Args:
            settings: the workers' settings.
            workers: maximum number of processes; by default as in the settings.
            idle: see IDLE.
            clock: monotonic time in seconds.
        """
        self._idle = idle
        self._clock = clock
        self._changed = threading.Condition()
        self._queue: RoundRobinQueue[Job[Any]] = RoundRobinQueue()
        self._slots = [WorkerSlot(settings) for _ in range(workers or settings.photos.photo_workers)]
        self._loops = [Loop("rating", partial(self._turn, slot)) for slot in self._slots]
        self._closed = threading.Event()
        self._yields: Callable[[], bool] = lambda: False
        self._numbers = itertools.count(1)
        self._at_work: set[WorkerSlot] = set()

    def yield_while(self, condition: Callable[[], bool]) -> None:
        """Let each worker rest after a job whenever a condition is true, such as that live video lacks CPU time."""
        self._yields = condition

    @property
    def busy(self) -> bool:
        """Whether any worker is processing a job."""
        return bool(self._at_work)

    @property
    def alive(self) -> bool:
        """Whether all threads that process jobs are alive."""
        return all(loop.alive for loop in self._loops)

    def start(self, detector: str, classifier: str) -> None:
        """Load these models in a worker, in the background, unless one has them."""
        with self._changed:
            loaded_or_queued = [slot.models for slot in self._slots] + [job.models for job in self._queue]
        if (detector, classifier) not in loaded_or_queued:
            self.submit(WARM, {"detector": detector, "classifier": classifier})

    def submit(
        self,
        kind: str,
        header: Mapping[str, Any],
        blobs: Sequence[bytes] = (),
        seconds: float = SECONDS,
        owner: str = "",
        read: Callable[[Message], Any] = as_it_is,
    ) -> Future[Any]:
        """Submit a job: one of webapp.sandbox.jobs.JOBS.

        Args:
            kind: its name there.
            header, blobs: its input.
            seconds: timeout, not counting the wait in the queue.
            owner: for round-robin scheduling.
            read: parses the answer; a worker whose answer it rejects is replaced.

        Returns:
            A future of the result of `read`, or of a FairestError. It is cancelled if the owner's jobs are, or the pool
            is closed.
        """
        return self._add(Job(owner, kind, dict(header), tuple(blobs), seconds, read))

    def call(
        self,
        kind: str,
        header: Mapping[str, Any],
        blobs: Sequence[bytes] = (),
        seconds: float = SECONDS,
        owner: str = "",
        read: Callable[[Message], Any] = as_it_is,
    ) -> Any:
        """Submit a job (see `submit`) and wait for its result.

        Raises:
            FairestError: why there is no result.
            concurrent.futures.CancelledError: see `submit`.
        """
        return self.submit(kind, header, blobs, seconds, owner, read).result()

    def rate(
        self, data: bytes, detector: str, classifier: str, owner: str = "", refusals: Mapping[str, str] = AS_THEY_ARE
    ) -> Future[Rated]:
        """Submit a picture for rating.

        Args:
            data: the whole file.
            detector, classifier: names.
            owner: for round-robin scheduling.
            refusals: caption on the drawn picture by reason for not rating a face.

        Returns:
            A future of the result, or of an ImageError, WeightsError or UnknownModelError. Cancelled as in `submit`.
        """
        return self._add(Job(owner, RATE, rating(detector, classifier, refusals), (data,), SECONDS, answers.rated))

    def open(self, data: bytes, owner: str = "") -> Future[Archive]:
        """List the contents of a zip; see `webapp.sandbox.archive.is_archive`.

        Returns:
            A future of the archive, which must be closed, or of an ImageError. Cancelled as in `submit`.
        """
        archive = Zip(next(self._numbers), data)

        def opened(answer: Message) -> Archive:
            return Archive(self, archive, owner, answers.listing(answer))

        return self._add(Job(owner, LIST, {}, (), SECONDS, opened, archive))

    def rate_entry(self, archive: Zip, header: dict[str, Any], owner: str) -> Future[Rated]:
        """Submit an entry of an archive for rating; see Archive.rate."""
        return self._add(Job(owner, RATE, header, (), SECONDS, answers.rated, archive))

    def forget(self) -> None:
        """Make workers drop archives that are no longer needed."""
        with self._changed:
            self._changed.notify_all()

    def cancel(self, owner: str) -> int:
        """Cancel an owner's jobs that have not started; return their number."""
        with self._changed:
            jobs = self._queue.cancel(owner)
        return sum(job.cancel() for job in jobs)

    def close(self) -> None:
        """Shut down: cancel jobs that have not started, and fail the others."""
        for loop in self._loops:
            loop.stop()
        with self._changed:
            self._closed.set()
            jobs = self._queue.clear()
            self._changed.notify_all()
        for job in jobs:
            job.cancel()
        for slot in self._slots:
            slot.stop()
        for loop, slot in zip(self._loops, self._slots, strict=True):
            loop.join()
            slot.end()

    def _add(self, job: Job[T]) -> Future[T]:
        with self._changed:
            if self._closed.is_set():
                job.cancel()
                return job.future
            job.release_when_done()
            # Not `any`, which would stop at the first: every loop must be started.
            if sum(loop.start() for loop in self._loops):
                self._queue.add(job.owner, job)
                self._changed.notify()
                return job.future
        job.future.set_exception(broke_off())
        return job.future

    def _turn(self, slot: WorkerSlot) -> None:
        """Process one job, keeping no reference to it afterwards; or do what is due without one."""
        job = self._next(slot)
        if job:
            begin = self._clock()
            self._at_work.add(slot)
            try:
                slot.do(job)
            except BaseException:
                job.fail(broke_off())
                raise
            finally:
                del job
                self._at_work.discard(slot)
                slot.since = self._clock()
            if self._yields():
                self._closed.wait(min(REST * (slot.since - begin), MAX_REST_SECONDS))
        elif slot.must_forget:
            slot.forget()
        else:
            slot.end()

    def _next(self, slot: WorkerSlot) -> Job[Any] | None:
        """Return the slot's next job; None if it must drop an archive, was idle too long, or the pool is closed."""
        with self._changed:
            while not self._closed.is_set() and not (self._queue or slot.must_forget):
                remaining = slot.since + self._idle - self._clock() if slot.present else None
                if remaining is not None and remaining <= 0:
                    break
                self._changed.wait(remaining)
            job = None if self._closed.is_set() else self._queue.next()
            if job:
                slot.models = job.models or slot.models
            return job


class Archive:
    """A zip whose pictures can be rated one by one.

    Attributes:
        entries: the entries that may be rated.
        refused: the others with their errors; the name is empty for an error about the archive as a whole.
    """

    def __init__(self, pool: Pool, archive: Zip, owner: str, listing: Listing) -> None:
        self.entries = listing.entries
        self.refused = listing.refused
        self._pool = pool
        self._zip: Zip | None = archive
        self._owner = owner

    def rate(
        self, index: int, detector: str, classifier: str, refusals: Mapping[str, str] = AS_THEY_ARE
    ) -> Future[Rated]:
        """Submit an entry for rating, by its index; see Pool.rate."""
        if self._zip is None:
            raise ValueError("expected an archive that is open; it was closed")
        header = rating(detector, classifier, refusals) | {"entry": index}
        return self._pool.rate_entry(self._zip, header, self._owner)

    def close(self) -> None:
        """Free its memory, in the workers too, once its pending jobs are done."""
        self._zip = None
        self._pool.forget()


def rating(detector: str, classifier: str, refusals: Mapping[str, str]) -> dict[str, Any]:
    """Return the header of a job that rates a picture."""
    return {"detector": detector, "classifier": classifier, "refusals": dict(refusals)}
