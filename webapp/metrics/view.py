"""The Metrics page: the quality of each shipped model, from the reports in the weights folder."""

from __future__ import annotations

import streamlit as st

from core.errors import FairestError
from core.models.manifest import Manifest, without_guard_networks
from webapp.common import resources
from webapp.common.i18n import N_, _, localize
from webapp.metrics.classifiers import classifiers
from webapp.metrics.detectors import detectors
from webapp.metrics.guard import guard
from webapp.metrics.sections import nothing
from webapp.metrics.speed import speed

PART = "metrics-part"
PARTS = {
    "classifiers": N_("Classifiers"),
    "detectors": N_("Detectors"),
    "guard": N_("Guard"),
    "speed": N_("Speed"),
}
KINDS = {"classifiers": "classifier", "detectors": "detector", "guard": "guard"}


def page() -> None:
    """Render the page; only the selected section is computed."""
    st.title(_("Metrics"))
    st.markdown(
        _(
            "Measured with the model files that the app runs, on pictures that were not used to train, tune or select "
            "any model."
        )
    )
    try:
        manifest = resources.manifest()
    except FairestError as error:
        st.error(_("There is nothing to show: {reason}").format(reason=localize(error)), icon=":material/error:")
        return
    part = st.segmented_control(
        _("Part of this page"),
        list(PARTS),
        default=next(iter(PARTS)),
        required=True,
        format_func=lambda name: _(PARTS[name]),
        key=PART,
        label_visibility="collapsed",
    )
    show(part, manifest)


def show(part: str, manifest: Manifest) -> None:
    """Render one of PARTS."""
    if part == "speed":
        speed()
        return
    cards = [card for card in without_guard_networks(manifest.models) if card.kind == KINDS[part]]
    if not cards:
        nothing()
    elif part == "detectors":
        detectors(cards)
    elif part == "guard":
        guard(cards)
    else:
        classifiers(cards)
