"""Pool: rates strangers' pictures in worker processes, in turns between their owners.

A file that breaks its worker, or takes too long, ends in a sentence; the worker is replaced and the others go on.
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
"""Most that a job may take beside opening a file, on a machine that is busy with video; loading models included."""

IDLE = 300.0
"""Seconds without a job after which a worker ends and gives its memory back."""

T = TypeVar("T")


def as_it_is(answer: Message) -> Message:
    """For who wants the whole answer."""
    return answer


class Pool:
    """Worker processes, started when they are first needed. Any thread may ask; nothing here waits but `call`."""

    def __init__(
        self,
        settings: WorkerSettings,
        workers: int | None = None,
        idle: float = IDLE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Args:
        workers: processes at most; as the settings say, when not given.
        idle: see IDLE.
        clock: seconds, never going back.
        """
        self._idle = idle
        self._clock = clock
        self._changed = threading.Condition()
        self._queue: RoundRobinQueue[Job[Any]] = RoundRobinQueue()
        self._slots = [WorkerSlot(settings) for _ in range(workers or settings.photos.photo_workers)]
        self._loops = [Loop("rating", partial(self._turn, slot)) for slot in self._slots]
        self._closed = False
        self._numbers = itertools.count(1)
        self._at_work: set[WorkerSlot] = set()

    @property
    def busy(self) -> bool:
        """Whether a worker is at a job now."""
        return bool(self._at_work)

    @property
    def alive(self) -> bool:
        """Whether nobody waits for a thread that is no more."""
        return all(loop.alive for loop in self._loops)

    def start(self, detector: str, classifier: str) -> None:
        """Make a worker ready for these models, in the background, unless one is."""
        with self._changed:
            known = [slot.models for slot in self._slots] + [job.models for job in self._queue]
        if (detector, classifier) not in known:
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
        """Have a job done: one of webapp.sandbox.jobs.JOBS.

        Args:
            kind: its name there.
            header, blobs: what it gets.
            seconds: that it may take, not counting those before its turn comes.
            owner: owners take turns.
            read: makes what is wanted of the answer; a worker whose answer it cannot take is replaced.

        Returns:
            What `read` makes; or FairestError, a sentence. Cancelled when the owner's jobs are, or the pool is closed.
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
        """See `submit`; waits for the answer.

        Raises:
            FairestError: a sentence says why there is none. concurrent.futures.CancelledError: see `submit`.
        """
        return self.submit(kind, header, blobs, seconds, owner, read).result()

    def rate(
        self, data: bytes, detector: str, classifier: str, owner: str = "", refusals: Mapping[str, str] = AS_THEY_ARE
    ) -> Future[Rated]:
        """Have a picture rated.

        Args:
            data: the whole file.
            detector, classifier: names.
            owner: owners take turns.
            refusals: what to write on the drawn picture for a reason not to rate, by reason.

        Returns:
            What was found; or ImageError, WeightsError, UnknownModelError: a sentence. Cancelled as in `submit`.
        """
        return self._add(Job(owner, RATE, rating(detector, classifier, refusals), (data,), SECONDS, answers.rated))

    def open(self, data: bytes, owner: str = "") -> Future[Archive]:
        """Have a zip listed; see `webapp.sandbox.archive.is_archive`.

        Returns:
            The archive, to be closed; or ImageError, a sentence. Cancelled as in `submit`.
        """
        kept = Zip(next(self._numbers), data)

        def opened(answer: Message) -> Archive:
            return Archive(self, kept, owner, answers.listing(answer))

        return self._add(Job(owner, LIST, {}, (), SECONDS, opened, kept))

    def rate_entry(self, archive: Zip, header: dict[str, Any], owner: str) -> Future[Rated]:
        """See Archive.rate."""
        return self._add(Job(owner, RATE, header, (), SECONDS, answers.rated, archive))

    def forget(self) -> None:
        """Have workers forget archives that nobody needs any more."""
        with self._changed:
            self._changed.notify_all()

    def cancel(self, owner: str) -> int:
        """Cancel an owner's jobs that nobody has begun; how many those were."""
        with self._changed:
            jobs = self._queue.cancel(owner)
        return sum(job.cancel() for job in jobs)

    def close(self) -> None:
        """End everything: jobs that nobody has begun are cancelled, the others end in a sentence."""
        for loop in self._loops:
            loop.stop()
        with self._changed:
            self._closed = True
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
            if self._closed:
                job.cancel()
                return job.future
            job.release_when_done()
            # Not `any`: each is to be started.
            if sum(loop.start() for loop in self._loops):
                self._queue.add(job.owner, job)
                self._changed.notify()
                return job.future
        job.future.set_exception(broke_off())
        return job.future

    def _turn(self, slot: WorkerSlot) -> None:
        """One job, which nothing here refers to when it is done; or what there is to do without one."""
        job = self._next(slot)
        if job:
            self._at_work.add(slot)
            try:
                slot.do(job)
            except BaseException:
                job.fail(broke_off())
                raise
            finally:
                self._at_work.discard(slot)
                slot.since = self._clock()
        elif slot.must_forget:
            slot.forget()
        else:
            slot.end()

    def _next(self, slot: WorkerSlot) -> Job[Any] | None:
        """The slot's next job; None when it has something to forget, was idle for long enough, or all is over."""
        with self._changed:
            while not self._closed and not (self._queue or slot.must_forget):
                left = slot.since + self._idle - self._clock() if slot.present else None
                if left is not None and left <= 0:
                    break
                self._changed.wait(left)
            job = None if self._closed else self._queue.next()
            if job:
                slot.models = job.models or slot.models
            return job


class Archive:
    """A zip whose pictures can be rated one by one.

    Attributes:
        entries: what may be rated.
        refused: what may not, with the reason; the name is empty where that concerns the archive as a whole.
    """

    def __init__(self, pool: Pool, kept: Zip, owner: str, listing: Listing) -> None:
        self.entries = listing.entries
        self.refused = listing.refused
        self._pool = pool
        self._zip: Zip | None = kept
        self._owner = owner

    def rate(
        self, index: int, detector: str, classifier: str, refusals: Mapping[str, str] = AS_THEY_ARE
    ) -> Future[Rated]:
        """Have an entry rated, by its index; see Pool.rate."""
        if self._zip is None:
            raise ValueError("expected an archive that is open; it was closed")
        header = rating(detector, classifier, refusals) | {"entry": index}
        return self._pool.rate_entry(self._zip, header, self._owner)

    def close(self) -> None:
        """Give its memory back, in the workers too, once the jobs that wait for it are done."""
        self._zip = None
        self._pool.forget()


def rating(detector: str, classifier: str, refusals: Mapping[str, str]) -> dict[str, Any]:
    """The header of a job that rates a picture."""
    return {"detector": detector, "classifier": classifier, "refusals": dict(refusals)}
