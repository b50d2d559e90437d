"""Minimum speed of request bodies: a client cannot hold a request open by announcing much and sending nothing.

Time spent processing received data, for example waiting for memory, does not count against the sender.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable

from core.errors import FairestError
from webapp.common.i18n import N_

PATIENCE = 120.0
"""Seconds within which a file must arrive."""
WINDOW, MIN_BYTES = 8.0, 80_000
"""Seconds in which at least MIN_BYTES must arrive: 80 kbit/s, which a phone hardly ever falls below. The last bytes of
a file may be fewer."""

SLOW = N_("Expected the file within {seconds:.0f} seconds; it did not arrive. Try again on a faster network.")
STALLED = N_(
    "Expected at least {least} kB of the file every {seconds:.0f} seconds; less arrived. Try again on a faster network."
)


class SlowError(FairestError):
    """A body came too slowly."""


class Pace:
    """Enforce the minimum speed for one body."""

    def __init__(
        self,
        patience: float | None = None,
        window: float | None = None,
        clock: Callable[[], float] = lambda: asyncio.get_running_loop().time(),
    ) -> None:
        """Set the limits.

        Args:
            patience, window: see PATIENCE and WINDOW.
            clock: current time in seconds; the event loop's by default.
        """
        self._left = PATIENCE if patience is None else patience
        self._window = WINDOW if window is None else window
        self._clock = clock

    async def keep(self, chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
        """Yield the chunks as they arrive.

        Raises:
            SlowError: they arrive too slowly.
        """
        patience = self._left
        in_window, received = self._window, 0
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
            self._left, in_window, received = self._left - spent, in_window - spent, received + len(chunk)
            if received >= MIN_BYTES:
                in_window, received = self._window, 0
            yield chunk
