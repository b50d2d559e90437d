"""Arrivals: how strangers' files come into memory, by whichever route: the page's or the API's.

Nothing touches the disk. Files wait outside, unread, while those that are being rated fill the memory set aside for
them. What counts there is what has arrived; a file that comes too slowly is refused.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from core.errors import FairestError, ImageError
from core.images.decode import check_size
from core.settings import PhotosSettings, PictureSettings
from webapp.common.attempts import Limiter
from webapp.common.budget import Budget, Taken
from webapp.common.counts import as_count
from webapp.common.i18n import N_
from webapp.common.pace import Pace, SlowError
from webapp.common.refused import RefusedError

BUDGET = 200_000_000
"""Bytes of files in memory at a time, of all clients; more where settings allow such files that two would not fit."""
AT_ONCE = 32
"""Files of one client that may be arriving at a time."""
WAITING = 120.0
"""Seconds for which a file may wait for memory, beside those in which it arrives."""

WAIT = N_("Many pictures in a short time: going on in a few seconds ...")
LENGTHLESS = N_("Expected a file with its length; none was given.")
CROWDED = N_("Many files are arriving just now, and there is no room for this one. Try again in a few seconds.")


@dataclass(frozen=True, slots=True)
class Sender:
    """Who brings files. name: counts as one, and takes turns as one. limiter: how much it may bring a minute."""

    name: str
    limiter: Limiter


def check(size: int, max_mb: int) -> None:
    """Raises RefusedError for a file of too many bytes. max_mb: megabytes."""
    try:
        check_size(size, max_mb)
    except ImageError as error:
        raise RefusedError(413, error) from error


def budget_for(pictures: PictureSettings, photos: PhotosSettings) -> Budget:
    """Room for two of the largest files, and beside them for pictures. One client gets room for one of the largest."""
    small = pictures.max_picture_mb * 1_000_000
    largest = max(small, photos.max_archive_mb * 1_000_000)
    total = max(BUDGET, 2 * largest + 2 * small)
    return Budget(total, largest, small, share=total // 2)


class Arrivals:
    """All files that arrive, or are being rated, at a time. For one event loop."""

    def __init__(
        self, pictures: PictureSettings, photos: PhotosSettings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Args:
        clock: seconds; the limiters'.
        """
        self._budget = budget_for(pictures, photos)
        self._clock = clock
        self._arriving: Counter[str] = Counter()

    def admit(self, headers: Mapping[str, str], sender: Sender, max_mb: int) -> int:
        """The announced length, in bytes, of a file that may come now; it counts as a picture of its sender's.

        Raises:
            RefusedError: it may not: too long, without a length, or one too many.
        """
        length = as_count(headers.get("content-length", ""))
        if length is None:
            raise RefusedError(411, FairestError(LENGTHLESS))
        check(length, max_mb)
        wait = 1.0 if self._arriving[sender.name] >= AT_ONCE else 0.0
        wait = wait or sender.limiter.take(sender.name, self._clock(), pictures=1)
        if wait:
            raise RefusedError(429, FairestError(WAIT), wait=max(1.0, wait))
        return length

    @asynccontextmanager
    async def room(self, sender: Sender, length: int) -> AsyncIterator[Taken]:
        """What a file of at most so many bytes takes; given back in the end."""
        async with self._budget.taken(0, sender.name, length) as taken:
            yield taken

    async def chunks(
        self, stream: AsyncIterator[bytes], sender: Sender, taken: Taken, max_mb: Callable[[bytes], int]
    ) -> AsyncGenerator[bytes]:
        """A body as it arrives; no more of it than there may be, and no slower than it may come.

        Args:
            max_mb: megabytes that there may be, by how the body begins.

        Raises:
            RefusedError: it is too long or too slow, or finds no room.
        """
        size = most = 0
        with self._one_more(sender.name):
            try:
                async for chunk in Pace().keep(stream):
                    most = most or max_mb(chunk)
                    size += len(chunk)
                    check(size, most)
                    await self._charge(sender, taken, len(chunk))
                    yield chunk
            except SlowError as error:
                raise RefusedError(408, error) from None
        await taken.end()

    async def another(self, sender: Sender) -> None:
        """Wait until one more picture of a sender's may be rated, of several that came at once."""
        while wait := sender.limiter.take(sender.name, self._clock()):
            await asyncio.sleep(wait)

    @contextmanager
    def _one_more(self, client: str) -> Iterator[None]:
        """While a file of a client is arriving."""
        self._arriving[client] += 1
        try:
            yield
        finally:
            self._arriving[client] -= 1
            if not self._arriving[client]:
                del self._arriving[client]

    async def _charge(self, sender: Sender, taken: Taken, size: int) -> None:
        """Have room for some bytes that have arrived; whoever brings too many a minute is read more slowly."""
        try:
            async with asyncio.timeout(WAITING):
                await taken.more(size)
                while wait := sender.limiter.take(sender.name, self._clock(), pictures=0, size=size):
                    await asyncio.sleep(wait)
        except TimeoutError:
            raise RefusedError(503, FairestError(CROWDED), wait=5.0) from None
