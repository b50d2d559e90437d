"""Where the server's routes are for a browser: below `server.baseUrlPath`, where that is set.

Nothing between a browser and us is expected to take that path away, as with Streamlit's own routes. Inside, everything
goes by the path without it: `route` takes it away, `address` puts it back.
"""

from __future__ import annotations

import streamlit as st


def base() -> str:
    """The path below which everything lies, without a slash at its end; empty when that is the host itself."""
    path = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{path}" if path else ""


def address(path: str) -> str:
    """A route's path as a browser must ask for it."""
    return f"{base()}{path}"


def route(path: str) -> str:
    """The route that a request's path means.

    What does not lie below the base path is taken as it is: it means no page, but a load balancer may ask how the
    server is without knowing where its pages are, and no rule about a route holds less for it.
    """
    known = base()
    if not known or not f"{path}/".startswith(f"{known}/"):
        return path
    return path[len(known) :] or "/"
