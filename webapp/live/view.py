"""The Live page: the camera's picture with every face framed and rated."""

from __future__ import annotations

import streamlit as st

from core.errors import FairestError
from core.models.age_guard import min_age_counts
from webapp.common import resources
from webapp.common.i18n import N_, _, localize
from webapp.live.choices import live_choice
from webapp.live.legend import legend
from webapp.live.meter import meter
from webapp.live.player.component import player
from webapp.live.player.texts import STOPPING
from webapp.server.drain import drain

WELCOME = N_(
    "Press **START** and allow camera access, or choose the demo video first; nothing starts before that.  \n"
    "Each face gets a bounding box with its predicted rating from 1 to 5, its label and the confidence in that label."
)


def page() -> None:
    """Render the page."""
    st.title(_("Live"))
    st.markdown(f"{_(WELCOME)}  \n{_(resources.TASTE)}")
    try:
        choice = live_choice()
        settings = resources.settings()
        with st.spinner(_("Loading the models ...")):
            resources.first_analyzer()
        raised = min_age_counts(settings.rating)
    except FairestError as error:
        st.error(_("The models cannot be used: {reason}").format(reason=localize(error)), icon=":material/error:")
        return
    if drain.begun:
        st.info(_(STOPPING), icon=":material/move_up:")
    video, side_column = st.columns([5, 2], gap="medium")
    with video:
        player(settings, choice)
    with side_column:
        meter(settings.rating)
        legend(settings.rating, raised)
