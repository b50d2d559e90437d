"""Resources shared by all viewers of the Photos page and all API clients, created once per process."""

from __future__ import annotations

import streamlit as st

from webapp.common import resources
from webapp.common.attempts import Limiter
from webapp.photos.album import MEGABYTE, Albums
from webapp.photos.arrivals import Arrivals
from webapp.photos.service import RatingService
from webapp.sandbox.pool import Pool
from webapp.sandbox.worker_settings import WorkerSettings


@st.cache_resource(show_spinner=False)
def service() -> RatingService:
    """Return the rating service, which runs in worker processes."""
    settings = resources.settings()
    return RatingService(
        Pool(WorkerSettings.of(settings)), Limiter(settings.photos.photos_per_minute), min_age=settings.rating.min_age
    )


@st.cache_resource(show_spinner=False)
def albums() -> Albums:
    """Return the albums of all viewers."""
    return Albums(resources.settings().photos.max_kept_mb * MEGABYTE)


@st.cache_resource(show_spinner=False)
def arrivals() -> Arrivals:
    """Return the uploads in progress of all clients."""
    settings = resources.settings()
    return Arrivals(settings.pictures, settings.photos)
