"""What all viewers of the Photos page and all clients of the API share, made once a process."""

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
    """What rates pictures, in processes of its own."""
    settings = resources.settings()
    return RatingService(
        Pool(WorkerSettings.of(settings)), Limiter(settings.photos.photos_per_minute), min_age=settings.rating.min_age
    )


@st.cache_resource(show_spinner=False)
def albums() -> Albums:
    """The pictures of all viewers, each with its owner."""
    return Albums(resources.settings().photos.max_kept_mb * MEGABYTE)


@st.cache_resource(show_spinner=False)
def arrivals() -> Arrivals:
    """The files of all that are on their way."""
    settings = resources.settings()
    return Arrivals(settings.pictures, settings.photos)
