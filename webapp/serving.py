"""What the server does beside the page: warms the models, says how it is, stops cleanly.

/healthz   200 when viewers can be served, 503 with the reason otherwise; JSON
/metrics   for Prometheus; a browser, which asks for HTML, gets the page of that name
"""

from __future__ import annotations

import gc
import importlib
import logging
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match, Route
from starlette.types import Scope

from core.errors import FairestError
from webapp import logs, resources
from webapp.prometheus import EngineCollector

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
            # What the first viewer would wait for otherwise.
            importlib.import_module("aiortc.contrib.media")
        except FairestError as error:
            self.state = "broken"
            logger.error("the models cannot be used", extra={"reason": str(error)})
        else:
            # What is there now stays; the garbage collector, which stops every thread, need not look through it again.
            gc.collect()
            gc.freeze()
            self.state = "ready"
            logger.info("ready")


readiness = Readiness()


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[dict[str, Any]]:
    """From the server's start to its end."""
    logs.set_up()
    sys.setswitchinterval(SWITCH)
    threading.Thread(target=readiness.load, name="loading", daemon=True).start()
    yield {}
    if readiness.state == "ready":
        resources.engine().close()
    logger.info("stopped")


def health(request: Request) -> Response:
    """Whether a load balancer may send viewers here."""
    if readiness.state != "ready":
        return JSONResponse({"status": readiness.state}, 503)
    status = resources.engine().status()
    said = {"status": "stuck" if status.stuck else "ready", "viewers": status.viewers, "max_viewers": status.most}
    return JSONResponse(said, 503 if status.stuck else 200)


registry = CollectorRegistry()
ProcessCollector(registry=registry)
registry.register(EngineCollector(lambda: resources.engine().status() if readiness.state == "ready" else None))


def metrics(request: Request) -> Response:
    """Counts and times, nothing of any person."""
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class ScrapeRoute(Route):
    """A route for programs: whoever asks for HTML is a browser and gets the page at that address."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """See starlette."""
        if "text/html" in Headers(scope=scope).get("accept", ""):
            return Match.NONE, {}
        return super().matches(scope)


ROUTES = [Route("/healthz", health), ScrapeRoute("/metrics", metrics)]
