"""Dependencies of the API: everything that the process shares, created when the first request arrives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.models.manifest import Manifest
from core.settings import Settings
from webapp.common import resources
from webapp.photos import shared
from webapp.photos.arrivals import Arrivals
from webapp.photos.service import RatingService


@dataclass(frozen=True, slots=True)
class House:
    """status: returns "ready", or in one word why the server accepts no work now."""

    status: Callable[[], str]
    settings: Callable[[], Settings] = resources.settings
    manifest: Callable[[], Manifest] = resources.manifest
    service: Callable[[], RatingService] = shared.service
    arrivals: Callable[[], Arrivals] = shared.arrivals
