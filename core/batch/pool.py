"""Pictures rated by a pool of processes, one for each core, results in the order of the pictures."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from core.batch.listing import Picture
from core.batch.rating import PictureRater, RaterFactory, failed_result
from core.errors import FairestError
from core.sinks import Result

AHEAD = 4
"""Pictures that wait or are done for each process, so that none is idle while one takes long."""
HOPELESS = 3
"""Processes that end in a row, each with a picture to itself, before it is the machine and not the pictures."""
ENDED = "Expected a picture that can be analysed; this one ended the process that opened it."


class PoolError(FairestError):
    """The processes do not stay alive."""


def rate_in_pool(pictures: Iterable[Picture], factory: RaterFactory, processes: int) -> Iterator[Result]:
    """Results in the order of the pictures, while more of them are worked on.

    A process that dies costs nothing but time: the pictures that it may have died of are taken one by one, and only
    one that ends its process again gets an error.

    Args:
        pictures: read as they are needed.
        factory: called once in each process; what it makes rates one picture after another, with one thread at best.
        processes: 1 or more.

    Raises:
        PoolError: whatever the picture, the processes die.
    """
    crew = Crew(factory, processes)
    rest = iter(pictures)
    under_way: deque[tuple[Picture, Future[Result]]] = deque()
    try:
        while True:
            while len(under_way) < AHEAD * processes and (picture := next(rest, None)) is not None:
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
    """What a future has, if it has a result."""
    return future.result() if future.done() and not future.cancelled() and future.exception() is None else None


class Crew:
    """Processes with a warm rater each; new ones when they died."""

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
        """Have it rated."""
        try:
            return self._pool.submit(_rate, picture)
        except BrokenProcessPool as error:
            # It broke between two pictures; as if it had done so a moment later.
            lost: Future[Result] = Future()
            lost.set_exception(error)
            return lost

    def renew(self) -> None:
        """Have new processes in place of those that died."""
        self.close()
        self._pool = self._start()

    def rate_alone(self, picture: Picture) -> Result:
        """Rate it while nothing else is.

        Raises:
            PoolError: processes died of several pictures in a row.
        """
        try:
            result = self.submit(picture).result()
        except BrokenProcessPool as error:
            self.renew()
            self._deaths += 1
            if self._deaths == HOPELESS:
                raise PoolError(
                    "Expected processes that stay alive; one after another ends. Is there enough memory?"
                ) from error
            return failed_result(picture, ENDED)
        self._deaths = 0
        return result

    def close(self) -> None:
        """End the processes when they are through with what they are at."""
        self._pool.shutdown(wait=True, cancel_futures=True)


class Worker:
    """What a process of the pool keeps."""

    rater: PictureRater


def _begin(factory: RaterFactory) -> None:
    """The start of a process of the pool."""
    # Ctrl-C is for the one that was called; it ends the others.
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
