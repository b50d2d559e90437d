"""The page: navigation and set-up, nothing else.

streamlit run webapp/app.py
"""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st

# `streamlit run` puts this file's folder on the path, not the project's.
ROOT = str(Path(__file__).resolve().parent.parent)
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)

from webapp import rtc
from webapp.views import about, live, metrics, photos

st.set_page_config(page_title="Fairest", page_icon=":material/face:", layout="wide")
chosen = st.navigation(
    [
        st.Page(live.page, title="Live", icon=":material/videocam:", url_path="live", default=True),
        st.Page(photos.page, title="Photos", icon=":material/photo_library:", url_path="photos"),
        st.Page(metrics.page, title="Metrics", icon=":material/monitoring:", url_path="metrics"),
        st.Page(about.page, title="About", icon=":material/info:", url_path="about"),
    ]
)
rtc.note_page(chosen.url_path)
chosen.run()
