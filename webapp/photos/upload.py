"""Upload endpoint of the page: PUT /intake/TOKEN with one file as the request body; answers with server-sent events.

X-File-Name is its name, percent-encoded. A zip that is sent again after its connection ended has in X-Received how many
of its pictures were reported; they are not rated again.

Work for a client that disconnects or cancels is stopped.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from urllib.parse import unquote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from core.errors import FairestError
from core.settings import Settings
from webapp.auth.security import client_address
from webapp.common.counts import as_count
from webapp.common.disconnects import while_connected
from webapp.common.i18n import localize
from webapp.common.refused import RefusedError
from webapp.photos.album import GONE, Album, AlbumFullError, Albums
from webapp.photos.arrivals import Arrivals, Sender
from webapp.photos.service import Event, RatingService
from webapp.sandbox.archive import is_archive
from webapp.sandbox.names import shown_name

PATH = "/intake"


class UploadEndpoint:
    """The ASGI application at PATH."""

    def __init__(
        self,
        albums: Callable[[], Albums],
        service: Callable[[], RatingService],
        arrivals: Callable[[], Arrivals],
        settings: Callable[[], Settings],
    ) -> None:
        """Create the endpoint.

        Args:
            albums, service, arrivals, settings: return the process's shared resources; called with the first upload.
        """
        self._albums = albums
        self._service = service
        self._arrivals = arrivals
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        request = Request(scope, receive)
        album = self._albums().get(request.path_params["token"])
        language = album.language if album else "en"
        try:
            if album is None:
                raise RefusedError(404, FairestError(GONE))
            settings = self._settings()
            largest = max(settings.pictures.max_picture_mb, settings.photos.max_archive_mb)
            sender = Sender(client_address(scope, settings.server.trusted_proxies), self._service().limiter)
            length = self._arrivals().admit(request.headers, sender, largest)
            async with self._arrivals().room(sender, length) as reservation:
                arriving = self._arrivals().chunks(request.stream(), sender, reservation, self._max_mb)
                data = b"".join([chunk async for chunk in arriving])
                await self._answer(request, album, data, sender.name, send)
        except RefusedError as refused:
            text = localize(refused, language)
            headers = {"Retry-After": f"{refused.wait:.0f}"} if refused.wait else {}
            await PlainTextResponse(text, refused.status, headers)(scope, receive, send)
        except ClientDisconnect:
            return

    def _max_mb(self, head: bytes) -> int:
        """Return the maximum size in megabytes of a file that begins like this."""
        settings = self._settings()
        return settings.photos.max_archive_mb if is_archive(head) else settings.pictures.max_picture_mb

    async def _answer(self, request: Request, album: Album, data: bytes, client: str, send: Send) -> None:
        """Rate the file's pictures and send an event for each, while the client is connected."""
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
            received = as_count(request.headers.get("x-received", "")) or 0
            events = service.archive(album, number, name, data, client, received)
        else:
            events = service.picture(album, number, name, data)
        try:
            with suppress(FairestError):
                await while_connected(self._send_events(events, send), request.receive)
        finally:
            album.release(number)
        with suppress(OSError):
            await send({"type": "http.response.body", "body": b""})

    async def _send_events(self, events: AsyncGenerator[Event], send: Send) -> None:
        async with aclosing(events):
            async for event in events:
                body = f"data: {json.dumps(event)}\n\n".encode()
                await send({"type": "http.response.body", "body": body, "more_body": True})
