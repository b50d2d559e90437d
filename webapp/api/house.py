"""What the API works with: all that the process shares, asked for when the first request comes."""

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
    """status: "ready", or why the server takes no work now, in a word."""

    status: Callable[[], str]
    settings: Callable[[], Settings] = resources.settings
    manifest: Callable[[], Manifest] = resources.manifest
    service: Callable[[], RatingService] = shared.service
    arrivals: Callable[[], Arrivals] = shared.arrivals
