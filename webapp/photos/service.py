"""Rating for the photos page: files become pictures in an album, and faces are looked at more closely."""

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
"""of: pictures in the file. done: how many more of them are in the album now. told: what the viewer must know."""


class RatingService:
    """What the server offers to those who bring pictures.

    Attributes:
        limiter: how many pictures each client may bring.
    """

    def __init__(
        self, pool: Pool, limiter: Limiter, clock: Callable[[], float] = time.monotonic, min_age: int = ADULT
    ) -> None:
        """Args:
        clock: seconds; the limiter's.
        min_age: years, of the settings.
        """
        self.limiter = limiter
        self._pool = pool
        self._clock = clock
        self._min_age = min_age

    def start(self, models: Models) -> None:
        """Have the models ready when the first picture comes."""
        self._pool.start(models.detector, models.classifier)

    @property
    def busy(self) -> bool:
        """Whether something is rated or explained now."""
        return self._pool.busy

    @property
    def alive(self) -> bool:
        """Whether who waits for an answer will get one."""
        return self._pool.alive

    def close(self) -> None:
        """End the processes."""
        self._pool.close()

    async def picture(self, album: Album, number: int, name: str, data: bytes) -> AsyncGenerator[Event]:
        """Rate a file that is one picture and put it into an album, at a number that was reserved there."""
        models = album.models
        said = refusals(album.language, self._min_age)
        asked = self._pool.rate(data, models.detector, models.classifier, album.token, said)
        rated = await outcome(asked)
        album.put(Photo(number, name, models, rated))
        yield {"of": 1, "done": 1}

    async def archive(self, album: Album, number: int, name: str, data: bytes, client: str) -> AsyncGenerator[Event]:
        """Rate the pictures of a zip, one after another; the first takes the number that was reserved."""
        opened = await outcome(self._pool.open(data, album.token))
        if isinstance(opened, FairestError):
            album.put(Photo(number, name, album.models, opened))
            yield {"of": 1, "done": 1}
            return
        left = of = len(opened.refused) + len(opened.entries)
        yield {"of": of, "done": 0}
        album.release(number)
        try:
            async for _ in self._entries(album, opened, name, client):
                left -= 1
                yield {"of": of, "done": 1}
        except AlbumFullError as error:
            yield {"of": of, "done": left, "told": localize(error, album.language)}
        finally:
            opened.close()

    async def _entries(self, album: Album, opened: Archive, name: str, client: str) -> AsyncIterator[None]:
        for refused in opened.refused:
            album.put(Photo(album.reserve(), refused.name or name, album.models, refused.error))
            yield
        for entry in opened.entries:
            number, models = album.reserve(), album.models
            try:
                while wait := self.limiter.take(client, self._clock()):
                    await asyncio.sleep(wait)
                said = refusals(album.language, self._min_age)
                asked = opened.rate(entry.index, models.detector, models.classifier, said)
                rated = await outcome(asked)
                album.put(Photo(number, entry.name, models, rated))
            finally:
                album.release(number)
            yield

    async def rate(self, data: bytes, models: Models, owner: str) -> Rated:
        """Rate a picture that goes into no album.

        Raises:
            FairestError: a sentence says why it cannot be.
        """
        return await asyncio.wrap_future(self._pool.rate(data, models.detector, models.classifier, owner))

    async def heat_map(self, patch: Patch, classifier: str, owner: str) -> bytes:
        """The picture of `explain`, as a PNG.

        Raises:
            FairestError: a sentence says why there is none.
        """
        header = insight.explain_header(patch, classifier, PNG)
        asked = self._pool.submit(insight.EXPLAIN, header, (patch.jpeg,), owner=owner, read=insight.explained)
        found: Explained = await asyncio.wrap_future(asked)
        return found.picture

    def explain(self, patch: Patch, classifier: str, owner: str) -> Explained:
        """The heat map of a face; waits for it.

        Raises:
            FairestError: a sentence says why there is none.
        """
        header = insight.explain_header(patch, classifier)
        found: Explained = self._pool.call(insight.EXPLAIN, header, (patch.jpeg,), owner=owner, read=insight.explained)
        return found

    def compare(self, patch: Patch, names: Sequence[str], owner: str) -> list[Opinion]:
        """What classifiers say of a face; waits for it.

        Raises:
            FairestError: a sentence says why they do not.
        """
        header = insight.compare_header(patch, names)
        said: list[Opinion] = self._pool.call(
            insight.COMPARE, header, (patch.jpeg,), owner=owner, read=insight.opinions
        )
        return said


async def outcome(future: Future[T]) -> T | FairestError:
    """What came of a job, its sentence included; the job is cancelled with whoever waits here."""
    try:
        return await asyncio.wrap_future(future)
    except FairestError as error:
        return error
