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
    """Return the engine that analyses all live viewers' frames, with one thread per analysis while photos are rated."""
    live, cores = resources.settings().live, usable_cores()
    measured = Admission(max(1, int(VIEWERS_A_CORE * cores))) if live.live_admission == "measured" else None
    return Engine(live.max_viewers, crowded=lambda: service().busy, workers=count_for(cores), admission=measured)
