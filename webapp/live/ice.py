"""STUN and TURN servers in the form that browsers and aiortc expect."""

from __future__ import annotations

from typing import Any

from core.settings import IceServer, LiveSettings


def rtc_configuration(settings: LiveSettings) -> dict[str, Any]:
    """Return the RTCConfiguration for both peers: the configured STUN and TURN servers, none by default.

    The list is always given, even if empty: without it, aiortc would use public servers on the internet.
    """
    return {"iceServers": [_rtc_ice_server(server) for server in settings.ice_servers]}


def _rtc_ice_server(server: IceServer) -> dict[str, Any]:
    """Return an RTCIceServer with its credential in plain text."""
    credential = {"credential": server.credential.get_secret_value()} if server.credential is not None else {}
    return server.model_dump(exclude_none=True) | credential
