"""Live sessions behind an HTTP server of this process, with models that say what they are told."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import uvicorn
from starlette.applications import Starlette

from core.analyzer import Analyzer
from core.face import Box, Face
from core.images.crop import Image
from core.live.admission import Admission
from core.live.engine import Engine
from core.models.age_guard import AgeGuard
from core.models.ages import AgeReading
from core.settings import Settings
from tests.aged import ADULT
from tests.browser.serving import free_port
from tests.live.caller import Caller
from tests.live.film import EncodedFilm
from tests.patience import PATIENCE, until
from webapp.common.refusals import refusals
from webapp.live.signalling.client_choice import Models
from webapp.live.signalling.endpoint import OfferEndpoint, offer_routes
from webapp.live.signalling.event_loop import LoopThread
from webapp.live.signalling.session import Surroundings
from webapp.live.signalling.sessions import Sessions

SIZE = (160, 120)
FACE = Face(Box(40, 30, 60, 70), 0.9)


class Stages:
    """One face, an adult's; `fails` makes the detector fail."""

    views = 1
    name = "stub"
    threshold = 3.0

    def __init__(self) -> None:
        self.fails = False

    def detect(self, image: Image) -> list[Face]:
        if self.fails:
            raise RuntimeError("injected")
        return [FACE]

    def look(self, image: Image, face: Face, view: int = 0) -> AgeReading:
        return ADULT

    def __call__(self, image: Image, face: Face) -> AgeReading:
        return ADULT

    def rate(self, image: Image, faces: list[Face]) -> list[Face]:
        raise AssertionError("frames are rated a face at a time")

    def rating(self, image: Image, face: Face) -> float:
        return 3.5

    def with_label(self, face: Face, rating: float, above: bool) -> Face:
        return replace(face, rating=rating, label="Sexy" if above else "Ugly", probability=0.8)

    def at(self, threshold: float) -> Stages:
        stages = Stages()
        stages.threshold = threshold
        return stages


@dataclass
class House:
    """What is served. `draining`: whether it is about to stop."""

    url: str
    sessions: Sessions
    engine: Engine
    stages: Stages
    endpoint: OfferEndpoint
    draining: bool = False

    def count(self) -> int:
        """Sessions that there are."""
        return len(self.sessions._sessions)

    def settled(self) -> None:
        """Wait until nobody is left, with nothing left over of anybody."""
        until(lambda: self.count() == 0 and not self.engine.occupied(), "nobody is left")
        until(
            lambda: not [thread for thread in threading.enumerate() if "decoder" in thread.name], "no decoder is left"
        )
        until(lambda: self.tasks() <= {"Sessions._look", "Sessions._feel"}, "no task is left")

    def tasks(self) -> set[str]:
        """What goes on in the sessions' event loop."""
        return {task.get_coro().__qualname__ for task in asyncio.all_tasks(self.sessions.around.loop._loop)}  # type: ignore[union-attr]


def film() -> EncodedFilm:
    return EncodedFilm(SIZE, 10, 2.0)


@contextmanager
def hosted(
    max_viewers: int = 2, settings: Settings | None = None, admission: Admission | None = None
) -> Iterator[House]:
    """A server with so many places; stopped afterwards."""
    stages = Stages()
    engine = Engine(max_viewers, admission=admission)
    analyzer = Analyzer(stages, AgeGuard(stages, 0.06, 18, 16), stages)
    houses: list[House] = []
    around = Surroundings(
        LoopThread("live"),
        engine,
        analyzer,
        Models(lambda _detector, _classifier: analyzer, {"stub": 0.5, "other": 0.6}, ("stub", "other"), "stub", "stub"),
        ("Sexy", "Ugly"),
        captions=lambda language: refusals(language, 18),
        clock=time.monotonic,
        draining=lambda: any(house.draining for house in houses),
    )
    sessions = Sessions(around)
    endpoint = OfferEndpoint(lambda: sessions, lambda: settings or Settings())
    port = free_port()
    app = Starlette(routes=offer_routes(endpoint))
    server = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started, "the server")
    house = House(f"http://127.0.0.1:{port}", sessions, engine, stages, endpoint)
    houses.append(house)
    try:
        yield house
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        sessions.stop()
        engine.close()


def caller(house: House, mode: str = "overlay") -> Caller:
    return Caller(house.url, film(), mode)


async def told_faces(client: Caller, messages: int = 1) -> None:
    """Wait for some more messages about faces."""
    count = len(client.faces()) + messages
    await client.until(lambda: len(client.faces()) >= count, "faces")


async def gone(house: House) -> None:
    await asyncio.to_thread(house.settled)
