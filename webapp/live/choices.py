"""Sidebar of the Live page: models, threshold between the labels, and minimum detection confidence."""

from __future__ import annotations

import math

import streamlit as st

from core.models.manifest import Manifest
from webapp.common import resources
from webapp.common.i18n import N_, _
from webapp.live.signalling.client_choice import MAX_CONFIDENCE
from webapp.live.switch import Choice

LINE, MEDIAN = "live-line", "live-median"
"""Session state keys: the selected threshold, and the median of the classifier for which it was selected."""

LINE_HELP = N_(
    "Faces rated above the threshold get the label {above}, all others {below}. The default, {median}, is the median "
    "rating of the classifier's training set; the percentages were measured for it and are only estimates for any "
    "other threshold."
)
CONFIDENCE_HELP = N_(
    "How confident the detector must be that something is a face. The default is the best value for this detector; a "
    "higher value gives fewer false detections but misses more faces."
)


def live_choice() -> Choice:
    """Show the Live page's sidebar and return the selection.

    Raises:
        FairestError: the settings or the manifest cannot be used.
    """
    manifest, settings = resources.manifest(), resources.settings().rating
    detector = resources.choose("detector", settings.detector, "-live")
    classifier = resources.choose("classifier", settings.classifier)
    with st.sidebar:
        return Choice(detector, classifier, _line(manifest, classifier), _confidence(manifest, detector))


def _line(manifest: Manifest, classifier: str) -> float | None:
    """Return the selected threshold; None if it is the classifier's median."""
    median = round(manifest.card(classifier, "classifier").threshold, 2)
    if st.session_state.get(LINE) in (None, st.session_state.get(MEDIAN)):
        st.session_state[LINE] = median
    st.session_state[MEDIAN] = median
    settings = resources.settings().rating
    threshold = st.slider(
        _("Label threshold"),
        1.0,
        5.0,
        step=0.01,
        key=LINE,
        help=_(LINE_HELP).format(above=settings.label_above, below=settings.label_below, median=median),
    )
    moved = not math.isclose(threshold, median, abs_tol=0.005)
    st.button(
        _("Reset to the median, {median}").format(median=median),
        icon=":material/restart_alt:",
        type="tertiary",
        disabled=not moved,
        on_click=st.session_state.update,
        args=({LINE: median},),
    )
    return float(threshold) if moved else None


def _confidence(manifest: Manifest, detector: str) -> float | None:
    """Return the selected minimum confidence; None if it is the detector's default."""
    default = round(manifest.card(detector, "detector").threshold, 2)
    chosen = st.slider(
        _("Minimum face confidence"),
        default,
        MAX_CONFIDENCE,
        default,
        step=0.01,
        key=f"live-confidence-{detector}",
        help=_(CONFIDENCE_HELP),
    )
    return float(chosen) if chosen > default + 0.005 else None
