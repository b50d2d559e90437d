"""Legend: the meaning of the colours in the video, and why a face may have no rating."""

from __future__ import annotations

import html

import streamlit as st

from core.draw import ABOVE, BELOW, PLAIN
from core.models.age_guard import CHECKING, LOOKS_YOUNGER, MAY_BE_MINOR, TOO_SMALL, TURNED_AWAY
from core.settings import RatingSettings
from webapp.common.i18n import N_, _

WHY = {
    MAY_BE_MINOR: N_(
        "**May be under 18.** Only people who clearly look like adults are rated, to keep minors out; some young "
        "adults are refused as well."
    ),
    LOOKS_YOUNGER: N_(
        "**Looks younger than {age}.** The operator of this server has chosen to rate only people who look {age} or "
        "older."
    ),
    TOO_SMALL: N_(
        "**Too small.** A face smaller than {pixels} pixels does not show enough detail. Come closer, or choose a "
        "higher quality."
    ),
    TURNED_AWAY: N_("**Turned away.** Face the camera; profiles are not rated."),
    CHECKING: N_(
        "**Checking.** The age is estimated from several frames before a rating is shown, and again whenever the face "
        "may belong to a different person. This takes a moment."
    ),
}


def css_colour(colour: tuple[int, int, int]) -> str:
    """Return an RGB colour in CSS syntax."""
    return f"rgb({colour[0]} {colour[1]} {colour[2]})"


def legend(settings: RatingSettings, raised: bool) -> None:
    """Render the legend.

    Args:
        settings: supplies the labels' names and the minimum face size.
        raised: whether the minimum age in the settings refuses anyone whom the guard would accept.
    """
    swatches = ((ABOVE, settings.label_above), (BELOW, settings.label_below), (PLAIN, _("not rated")))
    st.html(
        '<div style="display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; font-size: 0.9375rem">'
        + "".join(
            f'<span><span aria-hidden="true" style="display: inline-block; width: 0.9em; height: 0.9em; margin-right: '
            f'0.4em; border-radius: 3px; vertical-align: -0.1em; background: {css_colour(colour)}"></span>'
            f"{html.escape(name)}</span>"
            for colour, name in swatches
        )
        + "</div>"
    )
    with st.expander(_("Why is a face not rated?")):
        reasons = [text for kind, text in WHY.items() if raised or kind != LOOKS_YOUNGER]
        st.markdown("\n\n".join(_(text).format(age=settings.min_age, pixels=settings.min_face) for text in reasons))
