"""What the server does beside the page: warms the models, says how it is, stops cleanly.

/healthz   200 when new viewers can be served, 503 with the reason otherwise; JSON
/livez     200 as long as those who are here are served: also while it loads, and while it drains
/metrics   for Prometheus; a browser, which asks for HTML, gets the page of that name
/intake, /live/offer   uploads, and live video

All of it lies below `server.baseUrlPath` too, where that is set, as the page does.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import logging
import signal
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import FrameType
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Scope

from core.errors import FairestError
from core.models.age_guard import min_age_note
from core.settings_reader import load_settings
from webapp.api.keys import check_hashes
from webapp.auth.passwords import PasswordHash
from webapp.auth.security import wants_page
from webapp.common import logs, resources
from webapp.common.addresses import base
from webapp.common.i18n import LANGUAGES, catalogue
from webapp.demo import DEMO_ROUTE
from webapp.live.shared import engine
from webapp.live.signalling.endpoint import OfferEndpoint, offer_routes
from webapp.live.signalling.shared import sessions, stop_sessions
from webapp.photos.shared import albums, arrivals, service
from webapp.photos.upload import PATH, UploadEndpoint
from webapp.server.departures import departures
from webapp.server.drain import drain
from webapp.server.prometheus import EngineCollector

logger = logging.getLogger(__name__)

SWITCH = 0.0005
"""Seconds for which a thread may keep Python's lock when others want it. Every frame takes it in turn with analysis,
decoding and encoding a dozen times, and with the usual 5 ms most of its way would be waiting."""


class Readiness:
    """Whether the models are there. state: "loading", "ready" or "broken"."""

    def __init__(self) -> None:
        self.state = "loading"

    def load(self) -> None:
        """Load and warm the models."""
        try:
            resources.load_models()
            note = min_age_note(resources.settings().rating)
            # What the first viewer would wait for otherwise, or all whose video the event loop carries.
            for language in LANGUAGES:
                catalogue(language)
            importlib.import_module("aiortc.contrib.media")
        except FairestError as error:
            self.state = "broken"
            logger.error("the models cannot be used", extra={"reason": str(error)})
        except BaseException:
            self.state = "broken"
            logger.exception("loading the models failed unforeseen")
        else:
            if note:
                logger.warning(note)
            # What is there now stays; the garbage collector, which stops every thread, need not look through it again.
            gc.collect()
            gc.freeze()
            self.state = "ready"
            logger.info("ready")


readiness = Readiness()


def check_settings() -> None:
    """End the program with a sentence where the settings cannot be used: a server that starts all the same may be open,
    because the name of its password was misspelt.
    """
    try:
        settings = load_settings()
        if settings.server.password_hash is not None:
            PasswordHash.parse(settings.server.password_hash.get_secret_value())
        check_hashes(settings.api.api_keys)
    except FairestError as error:
        sys.exit(f"Fairest does not start: {error}")


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[dict[str, Any]]:
    """From the server's start to its end."""
    logs.set_up()
    sys.setswitchinterval(SWITCH)
    threading.Thread(target=readiness.load, name="loading", daemon=True).start()
    stop_softly(asyncio.get_running_loop())
    sweeping = asyncio.create_task(departures.run())
    yield {}
    sweeping.cancel()
    # Its connections keep threads that would keep the process.
    await run_in_threadpool(stop_sessions)
    if readiness.state == "ready":
        engine().close()
        service().close()
    logger.info("stopped")


def stop_softly(loop: asyncio.AbstractEventLoop) -> None:
    """Have SIGTERM drain first, and then do what it did before. Asked a second time, the server stops at once."""
    if threading.current_thread() is not threading.main_thread():
        return  # Signals come to the main thread only: this is a test's server.
    before = signal.getsignal(signal.SIGTERM)
    if not callable(before):
        return

    asked: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        if asked:
            before(number, frame)
            return
        asked.append(number)
        # Not here, where whoever holds a lock may have been interrupted.
        threading.Thread(target=drained, name="draining", daemon=True).start()

    def drained() -> None:
        try:
            if somebody_is_here():
                drain.begin(resources.server_settings().drain_seconds)
                engine().drain()
                logger.info("draining", extra={"seconds": drain.left})
                drain.wait(somebody_is_here)
        except Exception:
            logger.exception("draining failed unforeseen; stopping at once")
        finally:
            loop.call_soon_threadsafe(before, signal.SIGTERM, None)

    signal.signal(signal.SIGTERM, stop)


def somebody_is_here() -> bool:
    """Whether anybody is live, or pictures are being rated."""
    return readiness.state == "ready" and (engine().occupied() or service().busy)


def status_name() -> str:
    """How the server is, in a word; "ready" when it takes who comes."""
    if readiness.state != "ready":
        return readiness.state
    status = engine().status()
    dead = status.dead or not service().alive
    return "dead" if dead else "stuck" if status.stuck else "draining" if drain.begun else "ready"


def health(request: Request) -> Response:
    """Whether a load balancer may send viewers here."""
    name = status_name()
    if readiness.state != "ready":
        return JSONResponse({"status": name}, 503)
    status = engine().status()
    said = {"status": name, "viewers": status.viewers, "max_viewers": status.max_viewers}
    return JSONResponse(said, 200 if name == "ready" else 503)


def alive(request: Request) -> Response:
    """Whether a load balancer may leave here who is here, and a supervisor the process."""
    status = engine().status() if readiness.state == "ready" else None
    name = "alive" if status is None else "dead" if status.dead else "stuck" if status.stuck else "alive"
    return JSONResponse({"status": name}, 200 if name == "alive" else 503)


registry = CollectorRegistry()
ProcessCollector(registry=registry)
registry.register(EngineCollector(lambda: engine().status() if readiness.state == "ready" else None))


def metrics(request: Request) -> Response:
    """Counts and times, nothing of any person."""
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class ScrapeRoute(Route):
    """A route for programs: whoever asks for HTML is a browser and gets the page at that address."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """See starlette."""
        if wants_page(scope):
            return Match.NONE, {}
        return super().matches(scope)


upload_endpoint = UploadEndpoint(albums, service, arrivals, resources.settings)
offer_endpoint = OfferEndpoint(sessions, resources.settings)

ROUTES = [
    Route("/healthz", health),
    Route("/livez", alive),
    ScrapeRoute("/metrics", metrics),
    DEMO_ROUTE,
    Route(f"{PATH}/{{token}}", upload_endpoint, methods=["PUT"]),
    *offer_routes(offer_endpoint),
]


def routes() -> list[BaseRoute]:
    """Ours, as the app serves them: below the base path as well, where there is one.

    At the root they stay: whoever watches a server asks itself, and need not know where its pages are.
    """
    below = [type(one)(base() + one.path, one.endpoint, methods=_methods(one)) for one in ROUTES] if base() else []
    return [*below, *ROUTES]


def _methods(known: Route) -> list[str] | None:
    return sorted(known.methods) if known.methods else None
