"""Resources shared by all live viewers, created once per process."""

from __future__ import annotations

import streamlit as st

from core.cores import usable_cores
from core.live.admission import Admission
from core.live.engine import Engine
from core.live.workers import count_for
from core.settings import VIEWERS_A_CORE
from webapp.common import resources
from webapp.photos.shared import service


@st.cache_resource(show_spinner=False)
def engine() -> Engine:
    """Return the engine that analyses all live viewers' frames.

    While photos are rated, each analysis has one thread; while frames are dropped, photos are rated with rests.
    """
    live, cores = resources.settings().live, usable_cores()
    measured = Admission(max(1, int(VIEWERS_A_CORE * cores))) if live.live_admission == "measured" else None
    shared_engine = Engine(
        live.max_viewers, crowded=lambda: service().busy, workers=count_for(cores), admission=measured
    )
    service().yield_while(lambda: shared_engine.drops_frames)
    return shared_engine
