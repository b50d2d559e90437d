"""Requests that upload a file to the page's upload endpoint."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from typing import Any

from core.settings import PhotosSettings, PictureSettings, Settings
from tests.fuzz.asgi import scope, status
from tests.fuzz.pieces import request
from webapp.common.attempts import Limiter
from webapp.photos.album import Album, Albums, Models
from webapp.photos.arrivals import Arrivals
from webapp.photos.service import Event
from webapp.photos.upload import UploadEndpoint

ALLOWED: tuple[type[Exception], ...] = ()
SETTINGS = Settings(pictures=PictureSettings(max_picture_mb=1), photos=PhotosSettings(max_archive_mb=2))


class Service:
    """Stands in for RatingService; accepts any file."""

    limiter = Limiter(1_000_000)

    async def picture(self, album: Album, number: int, name: str, data: bytes) -> AsyncGenerator[Event]:
        """Check the name and report the picture as done."""
        assert name.isprintable()
        assert "/" not in name
        assert json.dumps(name).encode()
        yield {"of": 1, "done": len(data)}

    async def archive(
        self, album: Album, number: int, name: str, data: bytes, client: str, received: int = 0
    ) -> AsyncGenerator[Event]:
        """Treat the archive as one picture."""
        assert received >= 0
        async for event in self.picture(album, number, name, data):
            yield event


def fuzz(data: bytes) -> None:
    headers, body = request(data)
    album, albums, service = Album(3, Models("a", "b"), "en"), Albums(), Service()
    albums.add(album)
    as_service: Any = service
    arrivals = Arrivals(SETTINGS.pictures, SETTINGS.photos, clock=lambda: 0.0)
    endpoint = UploadEndpoint(lambda: albums, lambda: as_service, lambda: arrivals, lambda: SETTINGS)
    status(endpoint, scope(headers, method="PUT", path="/intake", path_params={"token": album.token}), body)
