"""Rating service: rates uploaded files into an album, and analyses single faces further."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from core.errors import FairestError
from core.settings import ADULT
from webapp.common.attempts import Limiter
from webapp.common.i18n import localize
from webapp.common.refusals import refusals
from webapp.photos.album import Album, AlbumFullError, Models, Photo
from webapp.sandbox import insight
from webapp.sandbox.answers import Patch, Rated
from webapp.sandbox.explain import PNG, Opinion
from webapp.sandbox.insight import Explained
from webapp.sandbox.pool import Archive, Pool

T = TypeVar("T")

Event = dict[str, Any]
"""of: pictures in the file. done: how many more of them are in the album now. told: message for the viewer."""


class RatingService:
    """Rates pictures for the Photos page and the API.

    Attributes:
        limiter: rate limit in pictures per client.
    """

    def __init__(
        self, pool: Pool, limiter: Limiter, clock: Callable[[], float] = time.monotonic, min_age: int = ADULT
    ) -> None:
        """Create the service.

        Args:
            pool: the worker processes.
            limiter: see the class.
            clock: time in seconds, as used by the limiter.
            min_age: years, from the settings.
        """
        self.limiter = limiter
        self._pool = pool
        self._clock = clock
        self._min_age = min_age

    def start(self, models: Models) -> None:
        """Load the models before the first picture arrives."""
        self._pool.start(models.detector, models.classifier)

    def yield_while(self, condition: Callable[[], bool]) -> None:
        """Rate fewer pictures at a time whenever a condition is true; see Pool.yield_while."""
        self._pool.yield_while(condition)

    @property
    def busy(self) -> bool:
        """Whether a rating or an explanation is in progress."""
        return self._pool.busy

    @property
    def alive(self) -> bool:
        """Whether pending jobs will be answered."""
        return self._pool.alive

    def close(self) -> None:
        """Stop the worker processes."""
        self._pool.close()

    async def picture(self, album: Album, number: int, name: str, data: bytes) -> AsyncGenerator[Event]:
        """Rate a single picture and put it into an album, at a number reserved there."""
        models = album.models
        captions = refusals(album.language, self._min_age)
        future = self._pool.rate(data, models.detector, models.classifier, album.token, captions)
        rated = await outcome(future)
        album.put(Photo(number, name, models, rated))
        yield {"of": 1, "done": 1}

    async def archive(
        self, album: Album, number: int, name: str, data: bytes, client: str, received: int = 0
    ) -> AsyncGenerator[Event]:
        """Rate the pictures of a zip one after another; the first takes the reserved number.

        Args:
            album, number: where they go.
            name, data: the zip.
            client: whose quota they take.
            received: number of its first pictures that were already reported, before the connection ended.
        """
        opened = await outcome(self._pool.open(data, album.token))
        if isinstance(opened, FairestError):
            album.put(Photo(number, name, album.models, opened))
            yield {"of": 1, "done": 1}
            return
        total = len(opened.refused) + len(opened.entries)
        remaining = max(0, total - received)
        yield {"of": total, "done": 0}
        album.release(number)
        try:
            async for _ in self._entries(album, opened, name, client, received):
                remaining -= 1
                yield {"of": total, "done": 1}
        except AlbumFullError as error:
            yield {"of": total, "done": remaining, "told": localize(error, album.language)}
        finally:
            opened.close()

    async def _entries(
        self, album: Album, opened: Archive, name: str, client: str, received: int
    ) -> AsyncIterator[None]:
        for refused in opened.refused[received:]:
            album.put(Photo(album.reserve(), refused.name or name, album.models, refused.error))
            yield
        for entry in opened.entries[max(0, received - len(opened.refused)) :]:
            number, models = album.reserve(), album.models
            try:
                while wait := self.limiter.take(client, self._clock()):
                    await asyncio.sleep(wait)
                captions = refusals(album.language, self._min_age)
                future = opened.rate(entry.index, models.detector, models.classifier, captions)
                rated = await outcome(future)
                album.put(Photo(number, entry.name, models, rated))
            finally:
                album.release(number)
            yield

    async def rate(self, data: bytes, models: Models, owner: str) -> Rated:
        """Rate a picture without putting it into an album.

        Raises:
            FairestError: why it cannot be rated.
        """
        return await asyncio.wrap_future(self._pool.rate(data, models.detector, models.classifier, owner))

    async def heat_map(self, patch: Patch, classifier: str, owner: str) -> bytes:
        """Return the heat map of `explain` as a PNG.

        Raises:
            FairestError: why there is none.
        """
        header = insight.explain_header(patch, classifier, PNG)
        future = self._pool.submit(insight.EXPLAIN, header, (patch.jpeg,), owner=owner, read=insight.explained)
        explanation: Explained = await asyncio.wrap_future(future)
        return explanation.picture

    def explain(self, patch: Patch, classifier: str, owner: str) -> Explained:
        """Return the heat map of a face; blocks until it is ready.

        Raises:
            FairestError: why there is none.
        """
        header = insight.explain_header(patch, classifier)
        explanation: Explained = self._pool.call(
            insight.EXPLAIN, header, (patch.jpeg,), owner=owner, read=insight.explained
        )
        return explanation

    def compare(self, patch: Patch, names: Sequence[str], owner: str) -> list[Opinion]:
        """Return several classifiers' ratings of a face; blocks until they are ready.

        Raises:
            FairestError: why there are none.
        """
        header = insight.compare_header(patch, names)
        opinions: list[Opinion] = self._pool.call(
            insight.COMPARE, header, (patch.jpeg,), owner=owner, read=insight.opinions
        )
        return opinions


async def outcome(future: Future[T]) -> T | FairestError:
    """Await a job and return its result or its error; cancelling the caller cancels the job."""
    try:
        return await asyncio.wrap_future(future)
    except FairestError as error:
        return error
