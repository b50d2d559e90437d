"""Application entry point: server set-up and page navigation, nothing else.

streamlit run webapp/app.py

Streamlit's server imports this file as a module and takes `app` from it; for each viewer it then runs the same file as
a script, which renders the page.
"""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st

# `streamlit run` puts this file's folder on sys.path, not the project's.
ROOT = str(Path(__file__).resolve().parent.parent)
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)

from starlette.middleware import Middleware
from streamlit.starlette import App

from core import memory
from core.errors import FairestError
from webapp import demo, serving
from webapp.api.front import Api, is_api
from webapp.api.house import House
from webapp.auth.gate import Gate
from webapp.auth.security import Security
from webapp.common import resources
from webapp.live.signalling import endpoint
from webapp.photos import upload
from webapp.sandbox import confinement
from webapp.server import half_open

# Import each page when it is first shown: Live needs neither pandas nor charts.


def live() -> None:
    """Render the live camera page."""
    from webapp.live.view import page

    page()


def photos() -> None:
    """Render the upload page."""
    from webapp.photos.view import page

    page()


def metrics() -> None:
    """Render the model metrics page."""
    from webapp.metrics.view import page

    page()


def about() -> None:
    """Render the About page."""
    from webapp.about import page

    page()


def page() -> None:
    """Render the page that the viewer selected."""
    from webapp.auth import identity_provider
    from webapp.common import document
    from webapp.common.i18n import _, choose_language, localize
    from webapp.server.departures import departures

    departures.note()
    # Set the icon before st.Page: otherwise browsers fetch each page's icon from a Google server as the favicon.
    st.set_page_config(page_icon=document.ICON, layout="wide")
    if not identity_provider.signed_in():
        return
    pages = [
        st.Page(live, title=_("Live"), icon=":material/videocam:", default=True),
        st.Page(photos, title=_("Photos"), icon=":material/photo_library:"),
        st.Page(metrics, title=_("Metrics"), icon=":material/monitoring:"),
        st.Page(about, title=_("About"), icon=":material/info:"),
    ]
    chosen = st.navigation(pages)
    st.set_page_config(page_title=f"{chosen.title} · Fairest")
    choose_language()
    document.mend()
    try:
        resources.settings()
    except FairestError as error:
        st.error(_("This server is misconfigured: {reason}").format(reason=localize(error)), icon=":material/error:")
    else:
        identity_provider.sign_out_control()
        chosen.run()


if __name__ == "__main__":
    page()
else:
    serving.check_settings()
    confinement.hide()
    memory.limit_arenas()
    half_open.limit_waiting()
    app = App(
        __file__,
        routes=serving.routes(),
        middleware=[
            Middleware(Security, exempt=is_api),
            Middleware(Api, house=House(serving.status_name)),
            Middleware(Gate, own=(upload.PATH, demo.PATH, endpoint.PATH)),
        ],
        lifespan=serving.lifespan,
    )
