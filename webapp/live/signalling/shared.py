"""The sessions of this process, created at the first offer."""

from __future__ import annotations

import threading
import time

from aiortc import RTCIceServer

from webapp.common import resources
from webapp.common.refusals import refusals
from webapp.live.ice import rtc_configuration
from webapp.live.shared import engine
from webapp.live.signalling.client_choice import Models
from webapp.live.signalling.event_loop import LoopThread
from webapp.live.signalling.session import Surroundings
from webapp.live.signalling.sessions import Sessions
from webapp.server.drain import drain

_lock = threading.Lock()
_made: list[Sessions] = []


def sessions() -> Sessions:
    """Return the sessions of this process, loading the models if necessary.

    Raises:
        FairestError: the models cannot be used.
    """
    with _lock:
        if not _made:
            _made.append(_make())
        return _made[0]


def stop_sessions() -> None:
    """End all sessions, if there are any."""
    with _lock:
        while _made:
            _made.pop().stop()


def _make() -> Sessions:
    settings, manifest = resources.settings(), resources.manifest()
    around = Surroundings(
        analyzer=resources.first_analyzer(),
        models=Models(
            resources.analyzer,
            {name: manifest.card(name, "detector").threshold for name in manifest.names("detector")},
            tuple(manifest.names("classifier")),
            resources.preferred("detector", settings.rating.detector),
            resources.preferred("classifier", settings.rating.classifier),
        ),
        engine=engine(),
        loop=LoopThread("live"),
        labels=(settings.rating.label_above, settings.rating.label_below),
        ice_servers=[RTCIceServer(**server) for server in rtc_configuration(settings.live)["iceServers"]],
        clock=time.monotonic,
        draining=lambda: drain.begun,
        captions=lambda language: refusals(language, settings.rating.min_age),
    )
    return Sessions(around)
