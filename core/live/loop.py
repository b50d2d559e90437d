"""A thread that repeats one action and survives every error, so that nothing waits for its work for ever."""

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
"""Seconds of rest after an error, to avoid a busy loop of failures."""

ERROR_SECONDS = 15.0
"""Seconds for which an error is reported, unless a round succeeds first."""


LEAST_URGENT = 19
"""The highest niceness."""


def give_way(niceness: int) -> None:
    """Lower the priority of this thread permanently, where threads have their own niceness (Linux).

    Args:
        niceness: added to that of the process; a thread with a higher niceness is left unchanged.
    """
    if sys.platform.startswith("linux"):
        with suppress(OSError):
            # A process's niceness is that of its main thread.
            wanted = min(os.getpriority(os.PRIO_PROCESS, os.getpid()) + niceness, LEAST_URGENT)
            if wanted > os.getpriority(os.PRIO_PROCESS, 0):
                os.setpriority(os.PRIO_PROCESS, 0, wanted)


class Loop:
    """Repeats an action in its own thread, from `start` to `stop`. Thread-safe."""

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
        act: one round; it may block waiting for work, and must return soon after `stop`.
        rest: see REST.
        clock: seconds, monotonic.
        niceness: if above 0, how far to lower the thread's priority.
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
        """Whether it works: its thread has not died and could be started, and no round failed recently."""
        if self._stopped.is_set():
            return True
        ended = self._thread is not None and not self._thread.is_alive()
        failed = self._failed_at
        return not ended and (failed is None or self._clock() - failed >= ERROR_SECONDS)

    def start(self) -> bool:
        """Start the thread, also after one has died; return whether it is running."""
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
        """Finish after the current round."""
        self._stopped.set()

    def join(self, timeout: float | None = None) -> None:
        """Wait until the thread has ended, at most `timeout` seconds."""
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

    def _note(self, message: str) -> None:
        # Logged once, not for every repetition.
        if self._failed_at is None:
            logger.exception(message, extra={"loop": self._name})
        self._failed_at = self._clock()
