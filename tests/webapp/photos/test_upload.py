"""The address where pictures arrive, spoken to as a server would: by ASGI messages."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from core.settings import PhotosSettings, PictureSettings, Settings
from tests.webapp import factories
from webapp.common.attempts import Limiter
from webapp.common.budget import Budget
from webapp.photos.album import Album, Albums
from webapp.photos.arrivals import BUDGET, SIGNATURE, Arrivals
from webapp.photos.service import Event
from webapp.photos.upload import UploadEndpoint
from webapp.sandbox.archive import ZIP as ZIP_SIGNATURES

SETTINGS = Settings(pictures=PictureSettings(max_picture_mb=1), photos=PhotosSettings(max_archive_mb=2))
PICTURE = b"\xff\xd8\xff picture"
ZIP = b"PK\x03\x04 zip"


class Service:
    """Stands in for RatingService: puts a picture into the album at once, or never comes to an end."""

    def __init__(self, per_minute: int = 100, endless: bool = False) -> None:
        self.limiter = Limiter(per_minute)
        self.endless = endless
        self.names: list[str] = []
        self.cancelled = False
        self.received = -1

    async def picture(self, album: Album, number: int, name: str, data: bytes) -> AsyncGenerator[Event]:
        self.names.append(name)
        try:
            if self.endless:
                await asyncio.sleep(60)
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        assert data == PICTURE
        album.put(factories.photo(number, name))
        yield {"of": 1, "done": 1}

    async def archive(
        self, album: Album, number: int, name: str, data: bytes, client: str, received: int
    ) -> AsyncGenerator[Event]:
        self.received = received
        assert data == ZIP
        assert client == "192.0.2.7"
        album.put(factories.photo(number, name))
        yield {"of": 2, "done": 0}
        yield {"of": 2, "done": 2}


class Desk:
    """An upload endpoint with one album."""

    def __init__(self, service: Service, max_pictures: int = 3) -> None:
        self.service = service
        self.album = Album(max_pictures, factories.MODELS, "en")
        albums = Albums()
        albums.add(self.album)
        service_of: Any = lambda: service  # noqa: E731
        self.arrivals = Arrivals(SETTINGS.pictures, SETTINGS.photos, clock=lambda: 0.0)
        self.endpoint = UploadEndpoint(lambda: albums, service_of, lambda: self.arrivals, lambda: SETTINGS)

    async def put(
        self,
        body: bytes,
        name: str = "a.jpg",
        token: str = "",
        length: int | None = None,
        leave: bool = False,
        received: str = "0",
    ) -> tuple[int, str]:
        """(status, what was said) of a request."""
        chunks = [body[start : start + 400_000] for start in range(0, len(body), 400_000)] or [b""]
        messages: list[dict[str, Any]] = [
            {"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks
        ]
        messages[-1]["more_body"] = False
        replies: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            if messages:
                return messages.pop(0)
            await asyncio.sleep(0.01 if leave else 60)
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            replies.append(message)

        size = len(body) if length is None else length
        scope: Any = {
            "type": "http",
            "method": "PUT",
            "path": "/intake",
            "query_string": b"",
            "client": ("192.0.2.7", 1),
            "path_params": {"token": token or self.album.token},
            "headers": [
                (b"x-file-name", name.encode()),
                (b"x-received", received.encode()),
                *([(b"content-length", b"%d" % size)] if size >= 0 else []),
            ],
        }
        await self.endpoint(scope, receive, send)
        return replies[0]["status"], b"".join(reply.get("body", b"") for reply in replies).decode()

    @property
    def there(self) -> list[str]:
        return [photo.name for photo in self.album.photos()]


def put(desk: Desk, *args: Any, **options: Any) -> tuple[int, str]:
    return asyncio.run(desk.put(*args, **options))


def events(text: str) -> list[Event]:
    return [json.loads(part.removeprefix("data: ")) for part in text.split("\n\n") if part]


def test_a_picture_goes_into_its_album_and_is_reported() -> None:
    desk = Desk(Service())
    status, body = put(desk, PICTURE)
    assert (status, events(body)) == (200, [{"of": 1, "done": 1}])
    assert desk.there == ["a.jpg"]


def test_a_zip_is_recognised_by_its_content_and_each_of_its_pictures_is_reported() -> None:
    desk = Desk(Service())
    status, body = put(desk, ZIP, name="holiday.jpg")
    assert (status, events(body)) == (200, [{"of": 2, "done": 0}, {"of": 2, "done": 2}])


@pytest.mark.parametrize("signature", ZIP_SIGNATURES)
def test_a_zip_is_recognised_by_all_the_bytes_that_decide_how_much_is_allowed(signature: bytes) -> None:
    assert len(signature) == SIGNATURE


@pytest.mark.parametrize(("sent", "received"), [("0", 0), ("7", 7), ("", 0), ("-1", 0), ("many", 0), ("1" * 5000, 0)])
def test_a_zip_that_is_sent_again_goes_on_behind_what_was_reported(sent: str, received: int) -> None:
    service = Service()
    put(Desk(service), ZIP, received=sent)
    assert service.received == received


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("%D0%BC%D0%B0%D0%BC%D0%B0.jpg", "мама.jpg"),
        ("..%2F..%2Fetc%2Fpasswd", "passwd"),
        ("", "picture"),
        ("%ff%00.jpg", "�.jpg"),
    ],
)
def test_names_are_shown_without_their_path(sent: str, shown: str) -> None:
    service = Service()
    put(Desk(service), PICTURE, name=sent)
    assert service.names == [shown]


@pytest.mark.parametrize(
    ("more", "status", "sentence"),
    [
        ({"token": "unknown"}, 404, "Reload"),
        ({"length": -1}, 411, "length"),
        ({"length": 2_000_001}, 413, "at most 2 MB; this one has 2.0 MB"),
        ({"body": PICTURE + bytes(1_000_000)}, 413, "at most 1 MB"),
        ({"body": ZIP + bytes(2_000_000), "length": 5}, 413, "at most 2 MB"),
    ],
)
def test_what_cannot_be_taken_gets_a_sentence(more: dict[str, Any], status: int, sentence: str) -> None:
    desk = Desk(Service())
    received, body = put(desk, **({"body": PICTURE} | more))
    assert received == status
    assert sentence in body
    assert desk.there == []


def test_a_full_album_is_reported() -> None:
    desk = Desk(Service(), max_pictures=1)
    put(desk, PICTURE)
    status, body = put(desk, PICTURE)
    assert status == 409
    assert "at most 1 pictures" in body


def test_who_brings_too_many_in_a_short_time_waits() -> None:
    desk = Desk(Service(per_minute=2))
    assert [put(desk, PICTURE)[0] for _ in range(3)] == [200, 200, 429]


def test_sentences_are_in_the_viewers_language() -> None:
    desk = Desk(Service())
    desk.album.language = "ru"
    assert "Ожидалась длина файла" in put(desk, PICTURE, length=-1)[1]


def test_who_goes_away_takes_no_more_time_and_leaves_the_place_free() -> None:
    service = Service(endless=True)
    desk = Desk(service, max_pictures=1)
    asyncio.run(asyncio.wait_for(desk.put(PICTURE, leave=True), 5))
    assert service.cancelled
    assert desk.there == []
    desk.album.reserve()


def test_files_wait_outside_while_others_fill_the_memory() -> None:
    async def scenario() -> list[str]:
        budget, finished = Budget(100), []

        async def bring(name: str, size: int, seconds: float) -> None:
            async with budget.taken(size):
                await asyncio.sleep(seconds)
                finished.append(name)

        await asyncio.gather(bring("first", 80, 0.05), bring("second", 50, 0), bring("third", 10, 0))
        await bring("larger than all", 1000, 0)
        return finished

    assert asyncio.run(scenario()) == ["third", "first", "second", "larger than all"]
    assert max(SETTINGS.pictures.max_picture_mb, PhotosSettings().max_archive_mb) * 1_000_000 <= BUDGET
