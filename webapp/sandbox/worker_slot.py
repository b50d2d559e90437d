"""Worker slot: the place of one worker in a pool, which does a job at a time and is replaced when a file broke it."""

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
"""Seconds in which a file must be open. Where the worker's processor time is limited (webapp.sandbox.limits), that says
whether a file takes too long, and this is for a machine so busy that the worker hardly comes to its turn."""

T = TypeVar("T")


@dataclass(frozen=True)
class Zip:
    """An archive; workers forget it when nobody has it any more. number: names it towards them."""

    number: int
    data: bytes


def _released(_answer: Message) -> NoReturn:
    raise AnswerError("expected no answer to a job that is done")


@dataclass(slots=True, weakref_slot=True)
class Job(Generic[T]):
    """Something to be done.

    kind, header, blobs: as the worker gets them. seconds: that it may take beside opening a file. read: makes what is
    wanted of the answer. zip: the archive that it is about.
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
        """The detector and the classifier that it needs, where it needs both."""
        if "detector" not in self.header or "classifier" not in self.header:
            return None
        return self.header["detector"], self.header["classifier"]

    def cancel(self) -> bool:
        """Cancel it before anybody has begun it, and tell those who wait for it; whether it was not cancelled yet."""
        anew = not self.future.cancelled() and self.future.cancel()
        if self.future.cancelled():
            self.future.set_running_or_notify_cancel()
        return anew

    def fail(self, error: FairestError) -> None:
        """Tell those who wait for it that nothing comes, unless they were told something."""
        with contextlib.suppress(InvalidStateError):
            self.future.set_exception(error)

    def release_when_done(self) -> None:
        """Let go of what takes memory when it is done.

        Its future does not keep it: a picture would stay in memory with the two until the garbage collector comes.
        """
        known = weakref.ref(self)

        def release(_: Future[T]) -> None:
            job = known()
            if job is not None:
                job.release()

        self.future.add_done_callback(release)

    def release(self) -> None:
        """Let go of what takes memory; no answer is read any more."""
        self.blobs, self.zip, self.read = (), None, _released


class BrokeOffError(ImageError):
    """There is no answer, and the picture is not at fault."""


class StarvedError(BrokeOffError):
    """There is no answer, as the machine is busy with other things."""


class WorkerSlot:
    """The place of a worker. For one thread; only `stop` and `models` are for others.

    Attributes:
        models: the last detector and classifier; the pool sets it as it hands out a job.
        since: time of its last job.
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
        """Whether the worker keeps archives that nobody needs any more."""
        return any(archive() is None for _, archive in self._kept.values())

    def do(self, job: Job[Any]) -> None:
        """Do a job, unless it was cancelled; what comes of it, sentences too, goes into its future. Raises nothing."""
        if not job.future.set_running_or_notify_cancel():
            return
        try:
            result = self._result(job)
        except FairestError as error:
            # What led to it holds the picture's bytes, and the error may be kept for long.
            error.__cause__ = error.__context__ = None
            job.future.set_exception(error.with_traceback(None))
        except BaseException as error:
            job.future.set_exception(broke_off())
            self._recover(job, error)
        else:
            job.future.set_result(result)

    def _recover(self, job: Job[Any], error: BaseException) -> None:
        """After a fault of ours: it is logged by its kind and place, since its text may hold what was in the file, and
        the worker, of which nobody knows how far it is, is replaced.
        """
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(frame.filename).name}:{frame.lineno}"
        logger.error("a job failed unforeseen", extra={"job": job.kind, "error": type(error).__name__, "place": place})
        try:
            self._replace(job, error=type(error).__name__)
        except Exception as another:
            logger.error("a worker could not be replaced", extra={"error": type(another).__name__})

    def forget(self) -> None:
        """Make the worker forget archives that nobody needs any more."""
        self.do(Job("", FORGET, {}, (), OPENING_SECONDS, lambda answer: answer))

    def end(self) -> None:
        """Let the worker go."""
        self.models = None
        self._drop()

    def stop(self) -> None:
        """End the worker at once, whatever it does, for good."""
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
        """What the worker is told: the job, which archives to forget, and the job's archive where it lacks that."""
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
        """Archives to forget: those that nobody needs, and the longest unused of more than there is room for."""
        gone: list[int] = []
        room = self._settings.photos.max_archive_mb * 1_000_000
        for place, (number, (size, archive)) in enumerate(reversed(self._kept.items())):
            room -= size
            if archive() is None or (room < 0 and place > 0):
                gone.append(number)
        for number in gone:
            del self._kept[number]
        return gone

    def _replace(self, job: Job[Any], **why: object) -> None:
        """Drop a worker that is of no use any more; the next one is ready sooner for being started now."""
        self.end()
        if not self._stopped:
            logger.warning("a worker was replaced", extra={"job": job.kind, **why})
            with contextlib.suppress(OSError):
                self._process = Process(self._settings)


def sentence(lost: LostError) -> ImageError:
    """What a viewer is told of a job that took its worker with it."""
    if lost.stage != OPENING and lost.late:
        return BrokeOffError(
            "Expected an answer within {seconds:g} seconds; it took longer. Try again when fewer people are here.",
            seconds=lost.seconds,
        )
    if lost.stage != OPENING:
        return broke_off()
    if lost.starved:
        return StarvedError("Expected to open the picture soon; this server is too busy now. Try again in a minute.")
    if lost.late:
        return ImageError(
            "Expected a picture that opens within {seconds:g} seconds; this one took longer. Save it anew and try "
            "again.",
            seconds=lost.seconds,
        )
    return ImageError(
        "Expected a picture that can be opened; this one breaks the program that opens it. Save it anew and try again."
    )


def broke_off() -> BrokeOffError:
    """What a viewer is told when it was not the picture's fault."""
    return BrokeOffError("Expected an answer; the program that rates pictures broke off. Try again.")
