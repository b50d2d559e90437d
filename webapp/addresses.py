"""Where our own routes are for a browser."""

from __future__ import annotations

import streamlit as st


def address(path: str) -> str:
    """A route's path as a browser must ask for it: below `server.baseUrlPath`, where that is set."""
    base = str(st.get_option("server.baseUrlPath")).strip("/")
    return f"/{base}{path}" if base else path
