"""One at a time, and of those who wait the one who came last is next.

In a queue whoever comes while thousands of tries are sent waits for all of them, and is locked out as surely as by a
lock. Here the next in line is the newest, so that somebody who tries once is soon let through, and what waits is old.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

MAX_WAITING = 100


class CrowdedError(Exception):
    """So many came later that this one is sent away."""


class Turnstile:
    """For one event loop at a time."""

    def __init__(self, max_waiting: int = MAX_WAITING) -> None:
        """Args:
        max_waiting: who may wait; when one more comes, the one who waited longest is sent away.
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
                # It was called and left at the same time: the turn is the next one's.
                self._next()
            raise

    def _next(self) -> None:
        self._busy = bool(self._waiting)
        if self._waiting:
            self._waiting.pop().set_result(None)
