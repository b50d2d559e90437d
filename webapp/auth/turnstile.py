"""A lock that serves waiters last in, first out.

In a first-in, first-out queue, whoever comes while thousands of attempts are being sent waits for all of them, and is
in effect locked out. Here the newest is next, so that a single attempt is soon served, and only old ones wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

MAX_WAITING = 100


class CrowdedError(Exception):
    """Rejected because too many came later."""


class Turnstile:
    """A last-in, first-out lock for one event loop at a time."""

    def __init__(self, max_waiting: int = MAX_WAITING) -> None:
        """Args:
        max_waiting: maximum number of waiters; beyond it, the one that has waited longest is rejected.
        """
        self._max_waiting = max_waiting
        self._busy = False
        self._waiting: list[asyncio.Future[None]] = []

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn, which lasts as long as the context.

        Raises:
            CrowdedError: too many came later.
        """
        if self._busy:
            await self._wait()
        self._busy = True
        try:
            yield
        finally:
            self._next()

    async def _wait(self) -> None:
        called = asyncio.get_running_loop().create_future()
        self._waiting.append(called)
        if len(self._waiting) > self._max_waiting:
            self._waiting.pop(0).set_exception(CrowdedError())
        try:
            await called
        except asyncio.CancelledError:
            if called in self._waiting:
                self._waiting.remove(called)
            elif not called.cancelled() and called.exception() is None:
                # Called and cancelled at the same time: pass the turn on.
                self._next()
            raise

    def _next(self) -> None:
        self._busy = bool(self._waiting)
        if self._waiting:
            self._waiting.pop().set_result(None)
