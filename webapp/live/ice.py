"""STUN and TURN servers, as both ends of a connection take them."""

from __future__ import annotations

from typing import Any

from core.settings import IceServer, LiveSettings


def rtc_configuration(settings: LiveSettings) -> dict[str, Any]:
    """The RTCConfiguration of both ends: the settings' STUN and TURN servers, none by default.

    Always given, even when empty: left out, aiortc would ask hosts on the internet for servers.
    """
    return {"iceServers": [_rtc_ice_server(server) for server in settings.ice_servers]}


def _rtc_ice_server(server: IceServer) -> dict[str, Any]:
    """An RTCIceServer, with the credential for all to read."""
    revealed = {"credential": server.credential.get_secret_value()} if server.credential is not None else {}
    return server.model_dump(exclude_none=True) | revealed
