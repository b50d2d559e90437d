"""Bodies of API requests: pictures and forms. Headers come first."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from starlette.datastructures import Headers

from core.settings import PhotosSettings, PictureSettings, Settings
from tests.fuzz.asgi import LOOP
from tests.fuzz.pieces import request
from webapp.api.pictures import content_type, read
from webapp.api.problems import ProblemError
from webapp.common.refused import RefusedError

ALLOWED = (ProblemError, RefusedError)
SETTINGS = Settings(pictures=PictureSettings(max_picture_mb=1), photos=PhotosSettings(max_archive_mb=3))
CHUNK = 50


def fuzz(data: bytes) -> None:
    headers, body = request(data)

    async def chunks() -> AsyncGenerator[bytes]:
        for offset in range(0, len(body), CHUNK):
            yield body[offset : offset + CHUNK]

    request_headers = Headers(raw=headers)
    received = LOOP.run_until_complete(
        read(chunks(), content_type(request_headers), request_headers, SETTINGS, None, 3)
    )
    for picture in received.pictures:
        assert picture.name.isprintable()
        assert "/" not in picture.name
