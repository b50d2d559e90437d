"""Server endpoints and lifecycle: model warm-up, health checks, graceful shutdown.

/healthz   readiness: 200 when new viewers can be served, otherwise 503 with the reason; JSON
/livez     liveness: 200 as long as current viewers are served, also while loading or draining
/metrics   Prometheus metrics; browsers, which ask for HTML, get the metrics page instead
/intake, /live/offer   uploads and live video

If `server.baseUrlPath` is set, every route is also served below it, as the page is.
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
"""Thread switch interval in seconds: how long a thread may hold the GIL while others wait. Every frame acquires it
about a dozen times, in turn with analysis, decoding and encoding; with the default 5 ms, a frame would spend most of
its time waiting."""


class Readiness:
    """Whether the models are loaded. state: "loading", "ready" or "broken"."""

    def __init__(self) -> None:
        self.state = "loading"

    def load(self) -> None:
        """Load and warm up the models."""
        try:
            resources.load_models()
            note = min_age_note(resources.settings().rating)
            # Load now what would otherwise delay the first viewer, or block the event loop that carries everyone's
            # video.
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
            # These objects live as long as the process: exempt them from garbage collection, which stops all threads.
            gc.collect()
            gc.freeze()
            self.state = "ready"
            logger.info("ready")


readiness = Readiness()


def check_settings() -> None:
    """Exit with an error message if the settings are invalid.

    Starting anyway could leave the server open, for example because the name of the password setting was misspelt.
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
    """Manage the server's start-up and shutdown."""
    logs.set_up()
    sys.setswitchinterval(SWITCH)
    threading.Thread(target=readiness.load, name="loading", daemon=True).start()
    stop_softly(asyncio.get_running_loop())
    sweeping = asyncio.create_task(departures.run())
    yield {}
    sweeping.cancel()
    # Open connections own threads that would keep the process alive.
    await run_in_threadpool(stop_sessions)
    if readiness.state == "ready":
        engine().close()
        service().close()
    logger.info("stopped")


def stop_softly(loop: asyncio.AbstractEventLoop) -> None:
    """Make SIGTERM drain the server first, then run the previous handler. A second SIGTERM stops at once."""
    if threading.current_thread() is not threading.main_thread():
        return  # Signal handlers need the main thread; this is a test's server.
    previous = signal.getsignal(signal.SIGTERM)
    if not callable(previous):
        return

    received: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        if received:
            previous(number, frame)
            return
        received.append(number)
        # Not in the handler: the interrupted code may be holding a lock.
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
            loop.call_soon_threadsafe(previous, signal.SIGTERM, None)

    signal.signal(signal.SIGTERM, stop)


def somebody_is_here() -> bool:
    """Return whether anyone is live or pictures are being rated."""
    return readiness.state == "ready" and (engine().occupied() or service().busy)


def status_name() -> str:
    """Return the server's status in one word; "ready" when it accepts new viewers."""
    if readiness.state != "ready":
        return readiness.state
    status = engine().status()
    dead = status.dead or not service().alive
    return "dead" if dead else "stuck" if status.stuck else "draining" if drain.begun else "ready"


def health(request: Request) -> Response:
    """Readiness check: whether a load balancer may send new viewers here."""
    name = status_name()
    if readiness.state != "ready":
        return JSONResponse({"status": name}, 503)
    status = engine().status()
    body = {"status": name, "viewers": status.viewers, "max_viewers": status.max_viewers}
    return JSONResponse(body, 200 if name == "ready" else 503)


def alive(request: Request) -> Response:
    """Liveness check: whether a load balancer may keep current viewers here, and a supervisor the process."""
    status = engine().status() if readiness.state == "ready" else None
    name = "alive" if status is None else "dead" if status.dead else "stuck" if status.stuck else "alive"
    return JSONResponse({"status": name}, 200 if name == "alive" else 503)


registry = CollectorRegistry()
ProcessCollector(registry=registry)
registry.register(EngineCollector(lambda: engine().status() if readiness.state == "ready" else None))


def metrics(request: Request) -> Response:
    """Return Prometheus metrics: counts and times, no personal data."""
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class ScrapeRoute(Route):
    """A route for programs: requests that ask for HTML come from browsers and get the page at that address."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match as Starlette's Route does, except for requests that ask for HTML."""
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
    """Return this app's own routes, also below the base path if one is set.

    They stay available at the root as well, because monitoring asks the server directly and need not know the base
    path.
    """
    below = (
        [type(route)(base() + route.path, route.endpoint, methods=_methods(route)) for route in ROUTES]
        if base()
        else []
    )
    return [*below, *ROUTES]


def _methods(route: Route) -> list[str] | None:
    return sorted(route.methods) if route.methods else None
