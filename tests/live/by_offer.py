"""Start a stream as the page's own component does: by /live/offer."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from aiortc import RTCPeerConnection, RTCSessionDescription

from tests.live.caller import PATH, request
from webapp.live.player.texts import NOTICES


class OfferedSession:
    """One session and the messages received.

    Attributes:
        faces: for each message about faces, its arrival in monotonic seconds, and the video time that it refers to.
    """

    def __init__(self, url: str, mode: str = "drawn") -> None:
        """Prepare a session.

        Args:
            url: the app's URL, without a trailing slash.
            mode: see the offer.
        """
        self._url = url
        self._mode = mode
        self._location = ""
        self._latest: dict[str, dict[str, Any]] = {}
        self.faces: list[tuple[float, float]] = []

    def join(self, peer: RTCPeerConnection) -> None:
        """Open the channel, before the offer is created."""
        channel = peer.createDataChannel("faces", ordered=False, maxRetransmits=0)
        channel.on("message", self._note)

    async def answer(self, offer: RTCSessionDescription) -> RTCSessionDescription:
        """Send the offer and return the server's answer.

        Raises:
            TimeoutError: the server refuses; contains its message.
        """
        body = json.dumps({"sdp": offer.sdp, "type": offer.type, "mode": self._mode}).encode()
        reply = await asyncio.to_thread(request, self._url + PATH, "POST", body, Content_Type="application/json")
        if reply.status != 201:
            raise TimeoutError(f"no answer but {reply.status}: {reply.body}")
        self._location = reply.headers["location"]
        return RTCSessionDescription(reply.json()["sdp"], "answer")

    async def end(self) -> None:
        """End the session, as STOP does."""
        if self._location:
            await asyncio.to_thread(request, self._url + self._location, "DELETE")
            self._location = ""

    def texts(self) -> list[str]:
        """Return what the component would show for the latest state."""
        state = self._latest.get("state", {}).get("state", "live")
        return [] if state == "live" else [NOTICES[state]]

    def metrics(self) -> dict[str, str]:
        """Return the latest figures."""
        return {name: str(value) for name, value in self._latest.get("figures", {}).items()}

    def _note(self, message: str) -> None:
        payload = json.loads(message)
        self._latest[payload["type"]] = payload
        if payload["type"] == "faces":
            self.faces.append((time.monotonic(), payload["time"]))
