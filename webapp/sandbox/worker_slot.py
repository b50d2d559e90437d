"""One worker's slot in the pool: runs one job at a time, and replaces a worker that a file has broken."""

from __future__ import annotations

import contextlib
import logging
import traceback
import weakref
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, NoReturn, TypeVar

from core.errors import FairestError, ImageError
from webapp.sandbox import answers
from webapp.sandbox.answers import AnswerError
from webapp.sandbox.limits import CPU_LIMITED
from webapp.sandbox.process import LostError, Process
from webapp.sandbox.wire import FORGET, OPENING, WORKING, Message
from webapp.sandbox.worker_settings import WorkerSettings

logger = logging.getLogger(__name__)

OPENING_SECONDS = 60.0 if CPU_LIMITED else 2.0
"""Timeout for opening a file. Where processor time is limited (webapp.sandbox.limits), that limit catches slow files,
and this one covers a machine so busy that the worker hardly gets to run."""

T = TypeVar("T")


@dataclass(frozen=True)
class Zip:
    """An archive; workers drop it when nobody refers to it any more. number: identifies it in messages."""

    number: int
    data: bytes


def _released(_answer: Message) -> NoReturn:
    raise AnswerError("expected no answer to a job that is done")


@dataclass(slots=True, weakref_slot=True)
class Job(Generic[T]):
    """A job for a worker.

    kind, header, blobs: as sent to the worker. seconds: timeout, excluding the opening of a file. read: parses the
    answer. zip: the archive that the job uses.
    """

    owner: str
    kind: str
    header: dict[str, Any]
    blobs: tuple[bytes, ...]
    seconds: float
    read: Callable[[Message], T]
    zip: Zip | None = None
    future: Future[T] = field(default_factory=Future)

    @property
    def models(self) -> tuple[str, str] | None:
        """The detector and classifier that it needs, if it needs both."""
        if "detector" not in self.header or "classifier" not in self.header:
            return None
        return self.header["detector"], self.header["classifier"]

    def cancel(self) -> bool:
        """Cancel it unless it has started, and notify waiters; return whether this call cancelled it."""
        cancelled = not self.future.cancelled() and self.future.cancel()
        if self.future.cancelled():
            self.future.set_running_or_notify_cancel()
        return cancelled

    def fail(self, error: FairestError) -> None:
        """Set an error on its future, unless it is already done."""
        with contextlib.suppress(InvalidStateError):
            self.future.set_exception(error)

    def release_when_done(self) -> None:
        """Release large objects when the job is done.

        The future holds only a weak reference: a cycle would keep the picture in memory until garbage collection.
        """
        weak_self = weakref.ref(self)

        def release(_: Future[T]) -> None:
            job = weak_self()
            if job is not None:
                job.release()

        self.future.add_done_callback(release)

    def release(self) -> None:
        """Let go of what takes memory; no answer is read any more."""
        self.blobs, self.zip, self.read = (), None, _released


class BrokeOffError(ImageError):
    """There is no answer, and the picture is not at fault."""


class StarvedError(BrokeOffError):
    """There is no answer because the machine is busy with other things."""


class WorkerSlot:
    """A worker's slot. For use by one thread, except for `stop` and `models`.

    Attributes:
        models: the last detector and classifier; set by the pool when it assigns a job.
        since: time of the last job.
    """

    def __init__(self, settings: WorkerSettings) -> None:
        self.models: tuple[str, str] | None = None
        self.since = 0.0
        self._settings = settings
        self._process: Process | None = None
        self._stopped = False
        self._kept: OrderedDict[int, tuple[int, weakref.ref[Zip]]] = OrderedDict()

    @property
    def present(self) -> bool:
        """Whether there is a worker."""
        return self._process is not None

    @property
    def must_forget(self) -> bool:
        """Whether the worker holds archives that are no longer needed."""
        return any(archive() is None for _, archive in self._kept.values())

    def do(self, job: Job[Any]) -> None:
        """Run a job unless it was cancelled, and put its result or error into its future. Raises nothing."""
        if not job.future.set_running_or_notify_cancel():
            return
        try:
            result = self._result(job)
        except FairestError as error:
            # The exception chain refers to the picture's bytes, and the error may be kept for long.
            error.__cause__ = error.__context__ = None
            job.future.set_exception(error.with_traceback(None))
        except BaseException as error:
            job.future.set_exception(broke_off())
            self._recover(job, error)
        else:
            job.future.set_result(result)

    def _recover(self, job: Job[Any], error: BaseException) -> None:
        """Handle an internal error: log it and replace the worker, whose state is unknown.

        Only type and location are logged, since the message may contain parts of the file.
        """
        frame = traceback.extract_tb(error.__traceback__)[-1]
        location = f"{Path(frame.filename).name}:{frame.lineno}"
        logger.error(
            "a job failed unforeseen", extra={"job": job.kind, "error": type(error).__name__, "place": location}
        )
        try:
            self._replace(job, error=type(error).__name__)
        except Exception as another:
            logger.error("a worker could not be replaced", extra={"error": type(another).__name__})

    def forget(self) -> None:
        """Make the worker drop archives that are no longer needed."""
        self.do(Job("", FORGET, {}, (), OPENING_SECONDS, lambda answer: answer))

    def end(self) -> None:
        """Stop the worker."""
        self.models = None
        self._drop()

    def stop(self) -> None:
        """Kill the worker at once, whatever it is doing, and run no further jobs."""
        self._stopped = True
        process = self._process
        if process:
            process.kill()

    def _result(self, job: Job[T]) -> T:
        try:
            worker = self._worker()
            header, blobs = self._message(job)
            answer = worker.answer(header, blobs, {WORKING: job.seconds, OPENING: OPENING_SECONDS})
            return answers.read(job.read, answer)
        except LostError as lost:
            self._replace(job, stage=lost.stage, late=lost.late, status=lost.status)
            raise sentence(lost) from lost
        except (AnswerError, OSError) as error:
            self._replace(job, error=type(error).__name__)
            raise broke_off() from error

    def _worker(self) -> Process:
        if self._process is None or not self._process.alive:
            self._drop()
            self._process = Process(self._settings)
        if self._stopped:
            self._process.kill()
        return self._process

    def _drop(self) -> None:
        process, self._process = self._process, None
        self._kept.clear()
        if process:
            process.close()

    def _message(self, job: Job[Any]) -> tuple[dict[str, Any], tuple[bytes, ...]]:
        """Return the message to the worker: the job, the archives to drop, and the job's archive if it lacks that."""
        header, blobs = job.header | {"kind": job.kind}, job.blobs
        if job.zip:
            number, data = job.zip.number, job.zip.data
            header["archive"] = number
            if number not in self._kept:
                header["keep"] = number
                blobs = (data, *blobs)
                self._kept[number] = (len(data), weakref.ref(job.zip))
            self._kept.move_to_end(number)
        header["forget"] = self._forgotten()
        return header, blobs

    def _forgotten(self) -> list[int]:
        """Select the archives to drop: unneeded ones, and the least recently used beyond the memory limit."""
        forgotten: list[int] = []
        remaining = self._settings.photos.max_archive_mb * 1_000_000
        for position, (number, (size, archive)) in enumerate(reversed(self._kept.items())):
            remaining -= size
            if archive() is None or (remaining < 0 and position > 0):
                forgotten.append(number)
        for number in forgotten:
            del self._kept[number]
        return forgotten

    def _replace(self, job: Job[Any], **why: object) -> None:
        """Drop an unusable worker and start a new one at once, so that it is ready sooner."""
        self.end()
        if not self._stopped:
            logger.warning("a worker was replaced", extra={"job": job.kind, **why})
            with contextlib.suppress(OSError):
                self._process = Process(self._settings)


def sentence(lost: LostError) -> ImageError:
    """Return the error for the user of a job that lost its worker."""
    if lost.stage != OPENING and lost.late:
        return BrokeOffError(
            "Expected an answer within {seconds:g} seconds; it took longer. Try again when the server is less busy.",
            seconds=lost.seconds,
        )
    if lost.stage != OPENING:
        return broke_off()
    if lost.starved:
        return StarvedError(
            "Expected to open the picture soon, but this server is too busy at the moment. Try again in a minute."
        )
    if lost.late:
        return ImageError(
            "Expected a picture that opens within {seconds:g} seconds; this one took longer. Save it again in an image "
            "editor and retry.",
            seconds=lost.seconds,
        )
    return ImageError(
        "Expected a picture that can be opened; this one crashes the program that opens it. Save it again in an image "
        "editor and retry."
    )


def broke_off() -> BrokeOffError:
    """Return the error for the user when the picture was not at fault."""
    return BrokeOffError("Expected an answer; the program that rates pictures stopped unexpectedly. Try again.")
