"""Rates pictures in a pool of processes, one per core, with results in the order of the pictures."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from core.batch.listing import Picture
from core.batch.rating import PictureRater, RaterFactory, failed_result
from core.errors import FairestError
from core.output.sinks import Result

AHEAD = 4
"""Pictures queued or finished per process, so that none is idle while one takes long."""
MOST_ON_WINDOWS = 61
"""Processes in a pool there, since Windows waits for at most 63 things at once."""
HOPELESS = 3
"""Processes that die in a row, each on a different picture alone, before the machine rather than the pictures is
blamed."""
ENDED = "Expected a picture that can be analysed; this one crashed the process that opened it."


class PoolError(FairestError):
    """The processes do not stay alive."""


def rate_in_pool(pictures: Iterable[Picture], factory: RaterFactory, processes: int) -> Iterator[Result]:
    """Yield results in the order of the pictures, while later ones are being rated.

    A process that dies only costs time: the pictures that may have killed it are retried one by one, and only one that
    kills its process again gets an error.

    Args:
        pictures: consumed as needed.
        factory: called once in each process; the rater it returns handles one picture at a time, ideally with one
        thread.
        processes: 1 or more; on Windows at most 61 are started.

    Raises:
        PoolError: the processes die whatever the picture.
    """
    processes = min(processes, MOST_ON_WINDOWS) if sys.platform == "win32" else processes
    crew = Crew(factory, processes)
    remaining = iter(pictures)
    under_way: deque[tuple[Picture, Future[Result]]] = deque()
    try:
        while True:
            while len(under_way) < AHEAD * processes and (picture := next(remaining, None)) is not None:
                under_way.append((picture, crew.submit(picture)))
            if not under_way:
                return
            picture, future = under_way[0]
            try:
                result = future.result()
            except BrokenProcessPool:
                suspects = [(suspect, finished_result(future)) for suspect, future in under_way]
                under_way.clear()
                crew.renew()
                for suspect, result_before in suspects:
                    yield result_before or crew.rate_alone(suspect)
                continue
            under_way.popleft()
            yield result
    finally:
        crew.close()


def finished_result(future: Future[Result]) -> Result | None:
    """Return the result of a future, or None if it has none."""
    return future.result() if future.done() and not future.cancelled() and future.exception() is None else None


class Crew:
    """A pool of processes with a warm rater each; replaces processes that died."""

    def __init__(self, factory: RaterFactory, processes: int) -> None:
        self._factory = factory
        self._processes = processes
        self._deaths = 0
        self._pool = self._start()

    def _start(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self._processes, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(self._factory,)
        )

    def submit(self, picture: Picture) -> Future[Result]:
        """Submit a picture for rating."""
        try:
            return self._pool.submit(_rate, picture)
        except BrokenProcessPool as error:
            # The pool broke before this picture was submitted; handled as if it had broken just after.
            lost: Future[Result] = Future()
            lost.set_exception(error)
            return lost

    def renew(self) -> None:
        """Replace a pool whose processes died."""
        self.close()
        self._pool = self._start()

    def rate_alone(self, picture: Picture) -> Result:
        """Rate one picture while nothing else is being rated.

        Raises:
            PoolError: processes died on several pictures in a row.
        """
        try:
            result = self.submit(picture).result()
        except BrokenProcessPool as error:
            self.renew()
            self._deaths += 1
            if self._deaths == HOPELESS:
                raise PoolError(
                    "Expected the worker processes to stay alive; one after another terminates. Is there enough memory?"
                ) from error
            return failed_result(picture, ENDED)
        self._deaths = 0
        return result

    def close(self) -> None:
        """Shut down the processes after their current pictures."""
        self._pool.shutdown(wait=True, cancel_futures=True)


class Worker:
    """The state of a process of the pool."""

    rater: PictureRater


def _begin(factory: RaterFactory) -> None:
    """Initialise a process of the pool."""
    # Ctrl-C is handled by the parent process, which ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    Worker.rater = factory()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _rate(picture: Picture) -> Result:
    return Worker.rater.rate(picture)
