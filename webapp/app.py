"""The page: navigation and set-up, nothing else.

streamlit run webapp/app.py

Streamlit's server imports this file as a module and takes `app` from it; for each viewer it then runs the same file as
a script, which shows the page.
"""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st

# `streamlit run` puts this file's folder on the path, not the project's.
ROOT = str(Path(__file__).resolve().parent.parent)
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)

from streamlit.starlette import App

from core.errors import FairestError
from webapp import memory, resources, serving

# Each page is imported when it is first shown: Live needs no pandas and no charts.


def live() -> None:
    """The camera."""
    from webapp.views.live import page

    page()


def photos() -> None:
    """Uploads."""
    from webapp.views.photos import page

    page()


def metrics() -> None:
    """The models' figures."""
    from webapp.views.metrics import page

    page()


def about() -> None:
    """What this is."""
    from webapp.views.about import page

    page()


def page() -> None:
    """Show the page that the viewer chose."""
    from webapp import rtc

    st.set_page_config(page_title="Fairest", page_icon=":material/face:", layout="wide")
    chosen = st.navigation(
        [
            st.Page(live, title="Live", icon=":material/videocam:", default=True),
            st.Page(photos, title="Photos", icon=":material/photo_library:"),
            st.Page(metrics, title="Metrics", icon=":material/monitoring:"),
            st.Page(about, title="About", icon=":material/info:"),
        ]
    )
    rtc.note_page(chosen.url_path)
    try:
        resources.settings()
    except FairestError as error:
        st.error(f"This server is set up wrongly: {error}", icon=":material/error:")
    else:
        chosen.run()


if __name__ == "__main__":
    page()
else:
    memory.limit_arenas()
    app = App(__file__, routes=serving.ROUTES, lifespan=serving.lifespan)
