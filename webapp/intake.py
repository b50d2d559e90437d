"""Where pictures arrive: PUT /intake/TOKEN, one file a request, its bytes the body, answered in events.

Nothing touches the disk. Files wait outside, unread, while those that are being rated fill the memory set aside for
them; whoever goes away or cancels takes no more of anybody's time.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any, TypeVar
from urllib.parse import unquote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from core.errors import FairestError, ImageError
from core.images import check_size
from core.settings import Settings
from webapp.i18n import N_, told
from webapp.rating.archive import is_archive
from webapp.rating.names import shown_name
from webapp.rating.service import Event, RatingService
from webapp.security import client_address
from webapp.tray import Tray, TrayFullError, Trays

PATH = "/intake"
BUDGET = 200_000_000
"""Bytes of files in memory at a time, of all viewers."""
PATIENCE = 120.0
"""Seconds that a file may take to arrive."""

UNKNOWN = N_("This page was left open for too long. Reload it and add the pictures again.")
WAIT = N_("Many pictures in a short time: going on in a few seconds ...")
LENGTHLESS = N_("Expected a file with its length; none was given.")
SLOW = N_("Expected the file within {seconds:.0f} seconds; it did not arrive. Try again on a faster network.")

T = TypeVar("T")


class RefusedError(FairestError):
    """A request that is answered with a sentence. status: HTTP's. wait: seconds until it may come again."""

    def __init__(self, status: int, error: FairestError, wait: float = 0.0) -> None:
        super().__init__(error.text, **error.values)
        self.status = status
        self.wait = wait


def check(size: int, most: int) -> None:
    """Raises RefusedError for a file of too many bytes. most: megabytes."""
    try:
        check_size(size, most)
    except ImageError as error:
        raise RefusedError(413, error) from error


class Budget:
    """A number of bytes that several share; who wants more than is left waits."""

    def __init__(self, most: int) -> None:
        self._left = self._most = most
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def taken(self, size: int) -> AsyncIterator[None]:
        """So many bytes, or all there are if it is more."""
        size = min(size, self._most)
        async with self._changed:
            await self._changed.wait_for(lambda: self._left >= size)
            self._left -= size
        try:
            yield
        finally:
            async with self._changed:
                self._left += size
                self._changed.notify_all()


class Intake:
    """The ASGI application at PATH."""

    def __init__(
        self,
        trays: Callable[[], Trays],
        service: Callable[[], RatingService],
        settings: Callable[[], Settings],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Args:
        trays, service, settings: give what the process shares, when the first file comes.
        clock: seconds.
        """
        self._trays = trays
        self._service = service
        self._settings = settings
        self._clock = clock
        self._budget = Budget(BUDGET)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        request = Request(scope, receive)
        tray = self._trays().get(request.path_params["token"])
        language = tray.language if tray else "en"
        try:
            tray, length = self._admitted(request, tray)
            async with self._budget.taken(length):
                data = await self._read(request)
                await self._answer(request, tray, data, send)
        except RefusedError as refused:
            text = told(refused, language)
            headers = {"Retry-After": f"{refused.wait:.0f}"} if refused.wait else {}
            await PlainTextResponse(text, refused.status, headers)(scope, receive, send)
        except ClientDisconnect:
            return

    def _admitted(self, request: Request, tray: Tray | None) -> tuple[Tray, int]:
        """The tray and the length of the file, for a request that may go on."""
        if tray is None:
            raise RefusedError(404, FairestError(UNKNOWN))
        declared = request.headers.get("content-length", "")
        if not declared.isdigit():
            raise RefusedError(411, FairestError(LENGTHLESS))
        length = int(declared)
        check(length, max(self._settings().max_picture_mb, self._settings().max_archive_mb))
        wait = self._service().limiter.take(self._client(request), self._clock(), pictures=1, size=length)
        if wait:
            raise RefusedError(429, FairestError(WAIT), wait=max(1.0, wait))
        return tray, length

    def _client(self, request: Request) -> str:
        return client_address(request.scope, self._settings().trusted_proxies)

    async def _read(self, request: Request) -> bytes:
        """The body; no more of it than a file of its kind may have."""
        chunks: list[bytes] = []
        size, most = 0, self._settings().max_picture_mb
        try:
            async with asyncio.timeout(PATIENCE):
                async for chunk in request.stream():
                    if not size and is_archive(chunk):
                        most = self._settings().max_archive_mb
                    size += len(chunk)
                    check(size, most)
                    chunks.append(chunk)
        except TimeoutError:
            raise RefusedError(408, FairestError(SLOW, seconds=PATIENCE)) from None
        return b"".join(chunks)

    async def _answer(self, request: Request, tray: Tray, data: bytes, send: Send) -> None:
        """Rate the file's pictures and tell of each, for as long as somebody listens."""
        name = shown_name(unquote(request.headers.get("x-file-name", "")))
        try:
            number = tray.reserve()
        except TrayFullError as error:
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
            events = service.archive(tray, number, name, data, self._client(request))
        else:
            events = service.picture(tray, number, name, data)
        telling = self._tell(events, send)
        try:
            await while_connected(telling, request.receive)
        finally:
            tray.release(number)
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
