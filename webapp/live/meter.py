"""The rating of each face over the last seconds, as a chart with a list of the faces; and what it says to readers.

The chart (meter.js) stays where it is; a second component without a face of its own brings it what is new,
so that a second's news takes a few hundred bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import streamlit as st

from core.face import Face
from core.models.age_guard import CHECKING, LOOKS_YOUNGER, MAY_BE_MINOR, TOO_SMALL, TURNED_AWAY
from core.settings import RatingSettings
from webapp.common.i18n import N_, _, ngettext
from webapp.common.refusals import reword
from webapp.live.rating_history import SECONDS, Sample

FOLDER = Path(__file__).parent

OVERLAP = 5.0
"""Seconds of samples that come with each second's news, should one second's be late or lost."""

REASONS = {
    MAY_BE_MINOR: N_("may be under 18"),
    TOO_SMALL: N_("too small: come closer"),
    TURNED_AWAY: N_("turned away: look at the camera"),
    LOOKS_YOUNGER: N_("looks younger than {age}"),
    CHECKING: N_("checking the age"),
}
"""Why a live face has no rating, by the kind of the guard's reason, and what to do."""

_chart = st.components.v2.component(
    "fairest_meter",
    html=(FOLDER / "meter.html").read_text(encoding="utf-8"),
    css=(FOLDER / "meter.css").read_text(encoding="utf-8"),
    js=(FOLDER / "meter.js").read_text(encoding="utf-8"),
)
_news = st.components.v2.component(
    "fairest_meter_news",
    js='export default ({ data }) => document.dispatchEvent(new CustomEvent("fairest-faces", { detail: data }));',
)


def meter(settings: RatingSettings) -> None:
    """Mount the chart; it shows what `tell` brings."""
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


def tell(samples: Iterable[Sample], faces: list[Face], threshold: float, now: float) -> None:
    """Bring the chart what is new.

    Args:
        samples: of the last OVERLAP seconds.
        faces: in view now.
        threshold: where the line between the labels lies.
        now: seconds, on the samples' clock.
    """
    _news(data=news(samples, faces, threshold, now), key="meter-news")


def news(samples: Iterable[Sample], faces: list[Face], threshold: float, now: float) -> dict[str, Any]:
    """What the chart is told each second; see `tell`."""
    return {
        "now": round(now, 2),
        "threshold": round(threshold, 2),
        "samples": [
            [round(time, 2), {str(number): round(rating, 2) for number, rating in rated.items()}]
            for time, rated in samples
        ],
        "faces": [
            {"number": face.track, "rated": face.rating is not None and not face.refused, "text": _numbered(face, line)}
            for face in faces
        ],
        "label": _summary(faces, line),
        "said": _summary(faces, _brief),
    }


def line(face: Face) -> str:
    """A face in the list: its label, rating and probability, or why it has none."""
    if face.refused:
        return _("not rated, {reason}").format(reason=reword(face.refused, REASONS, _))
    if face.label is None or face.rating is None or face.probability is None:
        return _("about to be rated")
    return f"{face.label} {face.rating:.1f} ({face.probability * 100:.0f} %)"


def _brief(face: Face) -> str:
    """A face as it is read out: not the rating, which never rests."""
    return face.label if face.label is not None and not face.refused else line(face)


def _summary(faces: list[Face], describe: Callable[[Face], str]) -> str:
    if not faces:
        return _("No face in the picture.")
    count = ngettext("{n} face found", "{n} faces found", len(faces)).format(n=len(faces))
    return ". ".join((count, *(_numbered(face, describe) for face in faces))) + "."


def _numbered(face: Face, describe: Callable[[Face], str]) -> str:
    return _("Face {number}: {text}").format(number=face.track, text=describe(face))
