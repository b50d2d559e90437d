"""The API as a program meets it, without a socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
from starlette.responses import PlainTextResponse

from core.errors import ImageError
from core.models.manifest import load_manifest
from core.settings import Settings
from tests import faces
from tests.webapp import factories
from webapp.api.front import Api
from webapp.api.house import House
from webapp.api.problems import KINDS, MEDIA_TYPE, TYPE
from webapp.common.attempts import Limiter
from webapp.common.i18n import say
from webapp.photos.album import Models
from webapp.photos.arrivals import Arrivals
from webapp.photos.service import RatingService
from webapp.sandbox.answers import JPEG, Patch, Rated
from webapp.sandbox.insight import PNG_SIGNATURE
from webapp.sandbox.pool import Pool
from webapp.sandbox.worker_settings import WorkerSettings

ADULT = (faces.FOLDER / faces.ADULT).read_bytes()
LOCAL = "127.0.0.1"
SAME_MACHINE = "http://localhost:8501"
OUTSIDE = PlainTextResponse("the page")


def api(service: Any = None, settings: Settings | None = None, status: Callable[[], str] = lambda: "ready") -> Api:
    """The API before a page that says "the page"."""
    chosen = settings or Settings()
    arrivals = Arrivals(chosen.pictures, chosen.photos)
    manifest = load_manifest(chosen.rating.weights_dir)
    rating_service: Any = service or Idle()
    house = House(status, lambda: chosen, lambda: manifest, lambda: rating_service, lambda: arrivals)
    return Api(OUTSIDE, house)


class Idle:
    """Stands in for a RatingService that nobody asks to rate."""

    def __init__(self, per_minute: int = 1000) -> None:
        self.limiter = Limiter(per_minute)


def client(app: Api, host: str = LOCAL, url: str = SAME_MACHINE) -> httpx.AsyncClient:
    """Whoever asks it, from an address."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=True, client=(host, 50000))
    return httpx.AsyncClient(transport=transport, base_url=url)


def ask(app: Api, method: str, path: str, host: str = LOCAL, url: str = SAME_MACHINE, **options: Any) -> httpx.Response:
    """One request."""

    async def exchange() -> httpx.Response:
        async with client(app, host, url) as http_client:
            return await http_client.request(method, path, **options)

    return asyncio.run(exchange())


def problem(answer: httpx.Response) -> str:
    """The code of a problem document, which is whole."""
    assert answer.headers["content-type"] == MEDIA_TYPE
    document = answer.json()
    status, title = KINDS[document["code"]]
    assert document.keys() == {"type", "title", "status", "detail", "code", "request_id"}
    assert (document["type"], document["title"], document["status"]) == (
        TYPE + document["code"],
        say(answer.headers["content-language"], title),
        answer.status_code,
    )
    assert status == answer.status_code
    assert document["request_id"] == answer.headers["x-request-id"]
    assert document["detail"].endswith(".")
    assert "Traceback" not in answer.text
    return str(document["code"])


def lines(answer: httpx.Response) -> list[dict[str, Any]]:
    """JSON lines."""
    return [json.loads(line) for line in answer.text.splitlines()]


def running(settings: Settings) -> RatingService:
    """A service with a worker of its own, to be closed."""
    return RatingService(Pool(WorkerSettings.of(settings), workers=1), Limiter(1000))


class Quick(Idle):
    """Stands in for a RatingService: finds a face in each picture that begins as a JPEG, at once or when it may.

    Attributes:
        requests: models and owner of each picture.
        may: what it takes before each, when given.
    """

    def __init__(self, per_minute: int = 1000, may: asyncio.Semaphore | None = None) -> None:
        super().__init__(per_minute)
        self.may = may
        self.requests: list[tuple[Models, str]] = []
        self.cancelled = 0

    async def rate(self, data: bytes, models: Models, owner: str) -> Rated:
        """See RatingService."""
        self.requests.append((models, owner))
        try:
            if self.may:
                await self.may.acquire()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if not data.startswith(JPEG):
            raise ImageError("Expected a picture; this is none.")
        face = factories.face()
        return Rated(640, 480, 12.0, (face,), (Patch(JPEG, face),), JPEG)

    async def heat_map(self, patch: Patch, classifier: str, owner: str) -> bytes:
        """See RatingService."""
        return PNG_SIGNATURE
