"""The page: navigation and set-up, nothing else.

streamlit run webapp/app.py
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import streamlit as st

# `streamlit run` puts this file's folder on the path, not the project's.
ROOT = str(Path(__file__).resolve().parent.parent)
if ROOT not in sys.path:
    sys.path.insert(0, ROOT)

from webapp import memory, rtc


def page(name: str, title: str, icon: str, default: bool = False) -> st.Page:
    """The page of webapp/views/NAME.py, imported when it is first shown: Live needs no pandas and no charts."""

    def show() -> None:
        importlib.import_module(f"webapp.views.{name}").page()

    return st.Page(show, title=title, icon=f":material/{icon}:", url_path=name, default=default)


memory.give_back_freed_memory()
st.set_page_config(page_title="Fairest", page_icon=":material/face:", layout="wide")
chosen = st.navigation(
    [
        page("live", "Live", "videocam", default=True),
        page("photos", "Photos", "photo_library"),
        page("metrics", "Metrics", "monitoring"),
        page("about", "About", "info"),
    ]
)
rtc.note_page(chosen.url_path)
chosen.run()
