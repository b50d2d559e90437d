"""A thread that does one thing again and again, and that no error ends: whoever waits for it would wait for ever."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress

logger = logging.getLogger(__name__)

REST = 0.5
"""Seconds of rest after an error, lest the thread do nothing but fail."""

TOLD = 15.0
"""Seconds for which an error shows, unless a round succeeds before."""


LEAST_URGENT = 19
"""The highest niceness that there is."""


def give_way(niceness: int) -> None:
    """From now on this thread gives way to others, where threads have a niceness of their own (Linux).

    Args:
        niceness: how far, beside what the process itself gives way; a thread that does so further stays as it is.
    """
    if sys.platform.startswith("linux"):
        with suppress(OSError):
            # A process's niceness is that of its first thread.
            wanted = min(os.getpriority(os.PRIO_PROCESS, os.getpid()) + niceness, LEAST_URGENT)
            if wanted > os.getpriority(os.PRIO_PROCESS, 0):
                os.setpriority(os.PRIO_PROCESS, 0, wanted)


class Loop:
    """Rounds in a thread of their own, from `start` to `stop`. Any thread may ask."""

    def __init__(
        self,
        name: str,
        act: Callable[[], None],
        rest: float = REST,
        clock: Callable[[], float] = time.monotonic,
        niceness: int = 0,
    ) -> None:
        """Args:
        name: the thread's.
        act: one round; it may wait for something to do, and must return soon after `stop`.
        rest: see REST.
        clock: seconds, never going back.
        niceness: above 0, how far the thread gives way to others.
        """
        self._niceness = niceness
        self._name = name
        self._act = act
        self._rest = rest
        self._clock = clock
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._failed_at: float | None = None

    @property
    def alive(self) -> bool:
        """Whether it does its work: its thread has not ended unasked and can be had, and no round failed lately."""
        if self._stopped.is_set():
            return True
        ended = self._thread is not None and not self._thread.is_alive()
        failed = self._failed_at
        return not ended and (failed is None or self._clock() - failed >= TOLD)

    def start(self) -> bool:
        """Have the thread running, also where one has ended; whether it runs."""
        with self._lock:
            if self._stopped.is_set():
                return False
            if self._thread is not None and self._thread.is_alive():
                return True
            thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            try:
                thread.start()
            except RuntimeError:
                self._note("the system gives no thread")
                return False
            self._thread = thread
            return True

    def stop(self) -> None:
        """Let the round that goes on be the last."""
        self._stopped.set()

    def join(self, timeout: float | None = None) -> None:
        """Wait, so many seconds at most, until the thread has ended."""
        if self._thread is not None:
            self._thread.join(timeout)

    def _run(self) -> None:
        if self._niceness:
            give_way(self._niceness)
        while not self._stopped.is_set():
            try:
                self._act()
            except BaseException:
                self._note("a round failed unforeseen; going on")
                self._stopped.wait(self._rest)
            else:
                self._failed_at = None

    def _note(self, what: str) -> None:
        # Once, not for each of the same.
        if self._failed_at is None:
            logger.exception(what, extra={"loop": self._name})
        self._failed_at = self._clock()
