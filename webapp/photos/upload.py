"""Where pictures arrive: PUT /intake/TOKEN, one file a request, its bytes the body, answered in events.

Nothing touches the disk. Files wait outside, unread, while those that are being rated fill the memory set aside for
them. What counts there is what has arrived; a file that comes too slowly is refused; whoever goes away or cancels takes
no more of anybody's time.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from contextlib import aclosing, contextmanager, suppress
from typing import Any, TypeVar
from urllib.parse import unquote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from core.errors import FairestError, ImageError
from core.images.decode import check_size
from core.settings import PhotosSettings, PictureSettings, Settings
from webapp.auth.security import client_address
from webapp.common.budget import Budget, Taken
from webapp.common.i18n import N_, localize
from webapp.common.pace import Pace, SlowError
from webapp.common.refused import RefusedError
from webapp.photos.album import Album, AlbumFullError, Albums
from webapp.photos.service import Event, RatingService
from webapp.sandbox.archive import is_archive
from webapp.sandbox.names import shown_name

PATH = "/intake"
BUDGET = 200_000_000
"""Bytes of files in memory at a time, of all viewers; more where settings allow such files that two would not fit."""
AT_ONCE = 32
"""Files of one client that may be arriving at a time."""
WAITING = 120.0
"""Seconds for which a file may wait for memory, beside those in which it arrives."""

UNKNOWN = N_("This page was left open for too long. Reload it and add the pictures again.")
WAIT = N_("Many pictures in a short time: going on in a few seconds ...")
LENGTHLESS = N_("Expected a file with its length; none was given.")
CROWDED = N_("Many files are arriving just now, and there is no room for this one. Try again in a few seconds.")

T = TypeVar("T")


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


class UploadEndpoint:
    """The ASGI application at PATH."""

    def __init__(
        self,
        albums: Callable[[], Albums],
        service: Callable[[], RatingService],
        settings: Callable[[], Settings],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Args:
        albums, service, settings: give what the process shares, when the first file comes.
        clock: seconds.
        """
        self._albums = albums
        self._service = service
        self._settings = settings
        self._clock = clock
        self._budget: Budget | None = None
        self._arriving: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        request = Request(scope, receive)
        album = self._albums().get(request.path_params["token"])
        language = album.language if album else "en"
        try:
            album, length = self._admitted(request, album)
            client = self._client(request)
            self._budget = self._budget or budget_for(self._settings().pictures, self._settings().photos)
            async with self._budget.taken(0, client, length) as taken:
                with self._one_more(client):
                    data = await self._read(request, client, taken)
                await self._answer(request, album, data, send)
        except RefusedError as refused:
            text = localize(refused, language)
            headers = {"Retry-After": f"{refused.wait:.0f}"} if refused.wait else {}
            await PlainTextResponse(text, refused.status, headers)(scope, receive, send)
        except ClientDisconnect:
            return

    def _admitted(self, request: Request, album: Album | None) -> tuple[Album, int]:
        """The album and the announced length of the file, for a request that may go on."""
        if album is None:
            raise RefusedError(404, FairestError(UNKNOWN))
        declared = request.headers.get("content-length", "")
        if not declared.isdigit():
            raise RefusedError(411, FairestError(LENGTHLESS))
        length = int(declared)
        check(length, max(self._settings().pictures.max_picture_mb, self._settings().photos.max_archive_mb))
        client = self._client(request)
        wait = 1.0 if self._arriving[client] >= AT_ONCE else 0.0
        wait = wait or self._service().limiter.take(client, self._clock(), pictures=1)
        if wait:
            raise RefusedError(429, FairestError(WAIT), wait=max(1.0, wait))
        return album, length

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

    def _client(self, request: Request) -> str:
        return client_address(request.scope, self._settings().server.trusted_proxies)

    async def _read(self, request: Request, client: str, taken: Taken) -> bytes:
        """The body; no more of it than a file of its kind may have, and no slower than it may come."""
        chunks: list[bytes] = []
        size, max_mb = 0, self._settings().pictures.max_picture_mb
        try:
            async for chunk in Pace().keep(request.stream()):
                if not size and is_archive(chunk):
                    max_mb = self._settings().photos.max_archive_mb
                size += len(chunk)
                check(size, max_mb)
                await self._charge(client, taken, len(chunk))
                chunks.append(chunk)
        except SlowError as error:
            raise RefusedError(408, error) from None
        await taken.end()
        return b"".join(chunks)

    async def _charge(self, client: str, taken: Taken, size: int) -> None:
        """Have room for some bytes that have arrived; whoever brings too many a minute is read more slowly."""
        try:
            async with asyncio.timeout(WAITING):
                await taken.more(size)
                while wait := self._service().limiter.take(client, self._clock(), pictures=0, size=size):
                    await asyncio.sleep(wait)
        except TimeoutError:
            raise RefusedError(503, FairestError(CROWDED), wait=5.0) from None

    async def _answer(self, request: Request, album: Album, data: bytes, send: Send) -> None:
        """Rate the file's pictures and tell of each, for as long as somebody listens."""
        name = shown_name(unquote(request.headers.get("x-file-name", "")))
        try:
            number = album.reserve()
        except AlbumFullError as error:
            raise RefusedError(409, error) from error
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")],
            }
        )
        service = self._service()
        if is_archive(data):
            events = service.archive(album, number, name, data, self._client(request))
        else:
            events = service.picture(album, number, name, data)
        telling = self._tell(events, send)
        try:
            await while_connected(telling, request.receive)
        finally:
            album.release(number)
        with suppress(OSError):
            await send({"type": "http.response.body", "body": b""})

    async def _tell(self, events: AsyncGenerator[Event], send: Send) -> None:
        async with aclosing(events):
            async for event in events:
                body = f"data: {json.dumps(event)}\n\n".encode()
                await send({"type": "http.response.body", "body": body, "more_body": True})


async def while_connected(work: Coroutine[Any, Any, T], receive: Receive) -> None:
    """Do some work until it is done or the other side has gone; then it is cancelled.

    Raises:
        FairestError: the work's own.
    """
    working = asyncio.ensure_future(work)

    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    watching = asyncio.ensure_future(gone())
    await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
    watching.cancel()
    if not working.done():
        working.cancel()
    with suppress(asyncio.CancelledError, FairestError):
        await working
