"""What Streamlit leaves out of the document: the language it is in, and names for readers of the screen."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from webapp.common.i18n import language

FOLDER = Path(__file__).parent
ICON = FOLDER / "favicon.svg"

# Streamlit's own sign of the focus is fainter than 3:1, and on links of the sidebar there is almost none.
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
    """Mount the component, which shows nothing."""
    with st.sidebar:
        _component(data={"language": language()}, key="document", height=0)
