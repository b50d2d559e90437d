"""Chart of each face's rating over the last seconds, with a list of the faces and texts for screen readers.

Rendered in the browser (meter.js) from what the live component sends it there (player/told.js).
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.settings import RatingSettings
from webapp.common.i18n import _

FOLDER = Path(__file__).parent
SECONDS = 30
"""Length of the time axis in seconds."""

_chart = st.components.v2.component(
    "fairest_meter",
    html=(FOLDER / "meter.html").read_text(encoding="utf-8"),
    css=(FOLDER / "meter.css").read_text(encoding="utf-8"),
    js=(FOLDER / "meter.js").read_text(encoding="utf-8"),
)


def meter(settings: RatingSettings) -> None:
    """Mount the chart; it becomes visible once there is data."""
    _chart(
        data={
            "seconds": SECONDS,
            "texts": {
                "title": _("Rating, last {seconds:.0f} seconds").format(seconds=SECONDS),
                "above": settings.label_above,
                "below": settings.label_below,
                "nobody": _("No face in the picture."),
                "now": _("now"),
            },
        },
        key="meter",
    )
