"""Patch what Streamlit's document lacks: the language attribute and visible focus outlines."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from webapp.common.i18n import language

FOLDER = Path(__file__).parent
ICON = FOLDER / "favicon.svg"

# Streamlit's focus outline has a contrast below 3:1, and links in the sidebar have almost none.
_CSS = """
a:focus-visible, button:focus-visible, summary:focus-visible {
    outline: auto !important;
    outline-offset: 2px !important;
}
"""

_component = st.components.v2.component(
    "fairest_document", css=_CSS, js=(FOLDER / "document.js").read_text(encoding="utf-8"), isolate_styles=False
)


def mend() -> None:
    """Mount the component, which is invisible."""
    with st.sidebar:
        _component(data={"language": language()}, key="document", height=0)
