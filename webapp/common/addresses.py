"""Map between routes and the paths browsers use: below `server.baseUrlPath`, if that is set.

As with Streamlit's own routes, no proxy is expected to strip that prefix. Internally everything uses paths without it:
`route` strips it, `address` adds it.
"""

from __future__ import annotations

import streamlit as st


def base() -> str:
    """Return the path prefix of all routes, without a trailing slash; empty if there is none."""
    path = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{path}" if path else ""


def address(path: str) -> str:
    """Return a route's path as browsers must request it."""
    return f"{base()}{path}"


def route(path: str) -> str:
    """Return the route that a request's path refers to.

    A path outside the base path is returned unchanged: it is not a page, but a load balancer may run health checks
    without knowing the base path, and every rule about a route applies to it just the same.
    """
    prefix = base()
    if not prefix or not f"{path}/".startswith(f"{prefix}/"):
        return path
    return path[len(prefix) :] or "/"
