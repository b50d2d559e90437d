"""Pace: how slowly a request's body may come. Whoever announces much and sends nothing is not waited for.

Time that is spent on what has come does not count, as it is not the sender's: not while a file waits for memory.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable

from core.errors import FairestError
from webapp.common.i18n import N_

PATIENCE = 120.0
"""Seconds that a file may take to arrive."""
WINDOW, MIN_BYTES = 8.0, 80_000
"""Seconds in which some bytes at least must come: 80 kbit/s, less than which a phone hardly ever has; the rest of a
file may be less."""

SLOW = N_("Expected the file within {seconds:.0f} seconds; it did not arrive. Try again on a faster network.")
STALLED = N_(
    "Expected at least {least} kB of the file every {seconds:.0f} seconds; less arrived. Try again on a faster network."
)


class SlowError(FairestError):
    """A body came too slowly."""


class Pace:
    """Of one body."""

    def __init__(
        self,
        patience: float | None = None,
        window: float | None = None,
        clock: Callable[[], float] = lambda: asyncio.get_running_loop().time(),
    ) -> None:
        """Args:
        patience, window: see PATIENCE and WINDOW.
        clock: the loop's, seconds.
        """
        self._left = PATIENCE if patience is None else patience
        self._window = WINDOW if window is None else window
        self._clock = clock

    async def keep(self, chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
        """The chunks as they come.

        Raises:
            SlowError: they come too slowly.
        """
        patience = self._left
        in_window, came = self._window, 0
        while True:
            begin = self._clock()
            try:
                async with asyncio.timeout(min(in_window, self._left)):
                    chunk = await anext(chunks, None)
            except TimeoutError:
                if self._left <= in_window:
                    raise SlowError(SLOW, seconds=patience) from None
                raise SlowError(STALLED, least=MIN_BYTES // 1000, seconds=self._window) from None
            if chunk is None:
                return
            spent = self._clock() - begin
            self._left, in_window, came = self._left - spent, in_window - spent, came + len(chunk)
            if came >= MIN_BYTES:
                in_window, came = self._window, 0
            yield chunk
