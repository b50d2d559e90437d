"""A client of /live/offer: an aiortc connection that sends a film and keeps all messages."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import av
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from aiortc.rtcrtpsender import RTCRtpSender

from tests.live.film import Film
from tests.live.link import Link, Wire
from tests.patience import PATIENCE
from webapp.live.closing import close, track_connecting

PATH = "/live/offer"


@dataclass(frozen=True)
class Reply:
    """An HTTP response. headers: by lower-case name."""

    status: int
    headers: dict[str, str]
    body: str

    def json(self) -> Any:
        """Return the decoded body."""
        return json.loads(self.body)


def request(url: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Reply:
    """Send one request; underscores in header names stand for hyphens."""
    header_fields = {name.replace("_", "-"): value for name, value in headers.items()}
    http_request = urllib.request.Request(url, body, header_fields, method=method)
    try:
        with urllib.request.urlopen(http_request, timeout=PATIENCE) as answer:
            return Reply(answer.status, _lower(answer.headers), answer.read().decode())
    except urllib.error.HTTPError as refused:
        return Reply(refused.code, _lower(refused.headers), refused.read().decode())


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


@dataclass
class Caller:
    """One client with one camera, as a context manager that closes the connection on exit.

    Attributes:
        url: the app's URL, without a trailing slash.
        film: what the camera sees; None for a client that sends no video.
        mode: see the offer.
        messages: messages so far, decoded.
        back: frames returned.
        session: its id, once there is one.
        choice: selection sent with the next offer; see the offer.
        link: network path for connections offered from now on; None for direct sockets, which `vanish` cannot close.
        client: address that a proxy in front of the server would report; "" without one.
        ice: ICE configuration; a direct connection by default.
    """

    url: str
    film: Film | None = None
    mode: str = "overlay"
    cookie: str = ""
    messages: list[dict[str, Any]] = field(default_factory=list)
    back: list[av.VideoFrame] = field(default_factory=list)
    session: str = ""
    location: str = ""
    choice: dict[str, Any] | None = None
    link: Link | None = field(default_factory=Link)
    client: str = ""
    ice: RTCConfiguration | None = None

    def __post_init__(self) -> None:
        self._peer: RTCPeerConnection | None = None
        self._wire = Wire(None)
        self._tasks: list[asyncio.Task[None]] = []
        self._news = asyncio.Event()

    async def __aenter__(self) -> Caller:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.hang_up()

    async def offer(self) -> str:
        """Return a new connection's offer; the previous connection is closed."""
        await self.hang_up()
        track_connecting()
        peer = self._peer = RTCPeerConnection(self.ice or RTCConfiguration(iceServers=[]))
        direction = "sendrecv" if self.mode == "drawn" else "sendonly"
        video = peer.addTransceiver(self.film or "video", direction=direction)
        codecs = RTCRtpSender.getCapabilities("video").codecs
        video.setCodecPreferences([codec for codec in codecs if codec.mimeType in {"video/VP8", "video/rtx"}])
        self._wire = Wire(self.link)
        if self.link is not None:
            self._wire.join(peer)
        self.channel = peer.createDataChannel("faces", ordered=False, maxRetransmits=0)
        self.channel.on("message", self._note)
        peer.on("track", lambda track: self._tasks.append(asyncio.create_task(self._watch(track))))
        await peer.setLocalDescription(await peer.createOffer())
        return str(peer.localDescription.sdp)

    async def call(self, again: bool = False) -> Reply:
        """Send an offer, and apply the answer if there is one. again: for the existing session."""
        payload: dict[str, Any] = {"sdp": await self.offer(), "type": "offer", "mode": self.mode}
        if again:
            payload["session"] = self.session
        if self.choice is not None:
            payload["choice"] = self.choice
        headers = {"Content_Type": "application/json", "Cookie": self.cookie}
        if self.client:
            headers["X_Forwarded_For"] = self.client
        reply = await asyncio.to_thread(request, self.url + PATH, "POST", json.dumps(payload).encode(), **headers)
        if reply.status == 201:
            answer = reply.json()
            self.session, self.location = answer["session"], reply.headers["location"]
            assert self._peer is not None
            await self._peer.setRemoteDescription(RTCSessionDescription(answer["sdp"], answer["type"]))
        return reply

    async def end(self) -> Reply:
        """Ask the server to end the session."""
        origin = "/".join(self.url.split("/")[:3])
        return await asyncio.to_thread(request, origin + self.location, "DELETE", Cookie=self.cookie)

    async def until(self, condition: Callable[[], bool], description: str) -> None:
        """Wait until a condition on the messages is true.

        Raises:
            TimeoutError: it did not become true in time.
        """
        try:
            async with asyncio.timeout(PATIENCE):
                while not condition():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError as error:
            raise TimeoutError(
                f"waited for {description}; was told {self.messages[-3:]}, state {self.state}"
            ) from error

    def faces(self) -> list[dict[str, Any]]:
        """Return the messages about faces."""
        return [message for message in self.messages if message["type"] == "faces"]

    @property
    def state(self) -> str:
        """The connection's state."""
        return str(self._peer.connectionState) if self._peer is not None else "none"

    @property
    def peer(self) -> RTCPeerConnection:
        """The connection."""
        assert self._peer is not None
        return self._peer

    def vanish(self) -> None:
        """Disappear without notice: no socket sends or receives any more."""
        self._wire.cut()

    async def hang_up(self) -> None:
        """Close the connection, if there is one."""
        if self._peer is not None:
            await close(self._peer)
            self._peer = None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        if self.film is not None:
            self.film.stop()

    def _note(self, message: str) -> None:
        self.messages.append(json.loads(message))
        self._news.set()

    async def _watch(self, track: MediaStreamTrack) -> None:
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            assert isinstance(frame, av.VideoFrame)
            self.back.append(frame)
            self._news.set()
