"""Receive uploaded files into memory, from the page as well as from the API.

Nothing is written to disk. While files being rated fill the memory budget, further request bodies are left unread. The
budget counts bytes received; a file that arrives too slowly is refused.
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
"""Bytes of files in memory at a time, for all clients; more if the settings allow files so large that two would not
fit."""
AT_ONCE = 32
"""Maximum number of concurrent uploads per client."""
WAITING = 120.0
"""Seconds that a file may wait for memory, in addition to its transfer time."""
SIGNATURE = 4
"""Bytes by which a zip is told from a picture. The network may cut a body anywhere, even within them."""

WAIT = N_("Too many pictures in a short time; continuing in a few seconds ...")
LENGTHLESS = N_("Expected the length of the file; received none.")
CROWDED = N_(
    "Too many files are being uploaded right now, so there is no room for this one. Try again in a few seconds."
)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who uploads files.

    name: identifies the client for rate limits and fair scheduling. limiter: its quota per minute.
    """

    name: str
    limiter: Limiter


def check(size: int, max_mb: int) -> None:
    """Raise RefusedError if a file is too large. size: bytes. max_mb: megabytes."""
    try:
        check_size(size, max_mb)
    except ImageError as error:
        raise RefusedError(413, error) from error


def budget_for(pictures: PictureSettings, photos: PhotosSettings) -> Budget:
    """Return a budget for two of the largest files plus pictures. One client may take half of it."""
    small = pictures.max_picture_mb * 1_000_000
    largest = max(small, photos.max_archive_mb * 1_000_000)
    total = max(BUDGET, 2 * largest + 2 * small)
    return Budget(total, largest, small, share=total // 2)


class Arrivals:
    """All files being received or rated; for use on one event loop."""

    def __init__(
        self, pictures: PictureSettings, photos: PhotosSettings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Set up the budget. clock: time in seconds, as used by the limiters."""
        self._budget = budget_for(pictures, photos)
        self._clock = clock
        self._arriving: Counter[str] = Counter()

    def admit(self, headers: Mapping[str, str], sender: Sender, max_mb: int) -> int:
        """Admit a file, charging one picture to its sender, and return its announced length in bytes.

        Raises:
            RefusedError: it is too long or has no length, or the sender exceeds a limit.
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
        """Reserve a share of the budget for a file of at most `length` bytes; released on exit."""
        async with self._budget.taken(0, sender.name, length) as taken:
            yield taken

    async def chunks(
        self, stream: AsyncIterator[bytes], sender: Sender, taken: Taken, max_mb: Callable[[bytes], int]
    ) -> AsyncGenerator[bytes]:
        """Yield a body as it arrives, enforcing its maximum size and minimum speed.

        Args:
            stream: the request body.
            sender: who sends it.
            taken: the file's share of the budget.
            max_mb: returns the maximum size in megabytes, given how the body begins; asked again until SIGNATURE bytes
                are there.

        Raises:
            RefusedError: it is too long or too slow, or there is no memory for it.
        """
        head, size, limit_mb = b"", 0, 0
        with self._one_more(sender.name):
            try:
                async for chunk in Pace().keep(stream):
                    if len(head) < SIGNATURE:
                        head += chunk[:SIGNATURE]
                        limit_mb = max_mb(head)
                    size += len(chunk)
                    check(size, limit_mb)
                    await self._charge(sender, taken, len(chunk))
                    yield chunk
            except SlowError as error:
                raise RefusedError(408, error) from None
        await taken.end()

    async def another(self, sender: Sender) -> None:
        """Wait until the sender's rate limit allows one more of several pictures sent together."""
        while wait := sender.limiter.take(sender.name, self._clock()):
            await asyncio.sleep(wait)

    @contextmanager
    def _one_more(self, client: str) -> Iterator[None]:
        """Count an upload of a client while it is in progress."""
        self._arriving[client] += 1
        try:
            yield
        finally:
            self._arriving[client] -= 1
            if not self._arriving[client]:
                del self._arriving[client]

    async def _charge(self, sender: Sender, taken: Taken, size: int) -> None:
        """Charge received bytes to the budget; a client that exceeds its byte quota is read more slowly."""
        try:
            async with asyncio.timeout(WAITING):
                await taken.more(size)
                while wait := sender.limiter.take(sender.name, self._clock(), pictures=0, size=size):
                    await asyncio.sleep(wait)
        except TimeoutError:
            raise RefusedError(503, FairestError(CROWDED), wait=5.0) from None
