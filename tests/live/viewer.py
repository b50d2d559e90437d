"""A viewer: opens the page, presses START, sends a film and measures the result."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType

import av
import numpy as np
from aiortc import MediaStreamTrack, RTCConfiguration, RTCIceServer, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from aiortc.rtcrtpsender import RTCRtpSender

from tests.live import by_component, clock
from tests.live.by_offer import OfferedSession
from tests.live.film import Film, luma
from tests.live.link import Link, Wire
from tests.live.page import Page
from tests.patience import PATIENCE
from webapp.live.handshake import connect_soon
from webapp.live.jitter import encode_low, patch_receiver


@dataclass(frozen=True, slots=True)
class Received:
    """One returned frame; times are monotonic seconds.

    Attributes:
        number: its counter; None if it could not be read.
        sent: when the film sent that counter; None without a counter.
        received: when it was decoded.
        width, height: pixels.
    """

    number: int | None
    sent: float | None
    received: float
    width: int
    height: int

    @property
    def latency(self) -> float | None:
        """Seconds from sending to receipt; None without a counter."""
        return None if self.sent is None else self.received - self.sent


class Viewer:
    """One tab with one camera, as a context manager that opens nothing and closes everything on exit.

    Args:
        url: the app's URL, without a trailing slash.
        film: what the camera sees; one per viewer.
        ice_servers: the STUN and TURN servers that the browser would be given.
        link: network path between this viewer and the server; None for a perfect one.
        mode: see the offer; in overlay mode faces are returned instead of video.
    """

    def __init__(
        self,
        url: str,
        film: Film,
        ice_servers: Sequence[RTCIceServer] = (),
        link: Link | None = None,
        mode: str = "drawn",
    ) -> None:
        self._url = url
        self._film = film
        self._ice_servers = list(ice_servers)
        self._link = link
        self._peer: RTCPeerConnection | None = None
        self._wire = Wire(link)
        self._receiver: asyncio.Task[None] | None = None
        self._newest: av.VideoFrame | None = None
        self._last_read: Received | None = None
        self._mode = mode
        self._session = OfferedSession(url, mode)
        self.page: Page | None = None
        self.received: list[Received] = []

    async def __aenter__(self) -> Viewer:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def start(self, timeout: float = PATIENCE) -> None:
        """Open the page unless it is open, and press START; returns once connected.

        Raises:
            TimeoutError: no component, answer or connection within the timeout; contains the page's texts.
        """
        end = time.monotonic() + timeout
        page = await self._opened(timeout)
        peer = self._peer = self._new_peer()
        if page.component is None:
            self._session = OfferedSession(self._url, self._mode)
            self._session.join(peer)
        await peer.setLocalDescription(await peer.createOffer())
        await peer.setRemoteDescription(await self._answer(page, peer.localDescription, end))
        await _connected(peer, end - time.monotonic())
        if page.component is not None:
            await by_component.playing(page)

    async def stop(self) -> None:
        """Press STOP and end the connection; the page stays open, so that START can be pressed again."""
        if self.page is not None:
            await by_component.stop(self.page)
        await self._session.end()
        await self._hang_up()

    async def close(self) -> None:
        """End the connection, if any, and close the page cleanly."""
        await self._hang_up()
        if self.page is not None:
            await self.page.close()
            self.page = None

    async def vanish(self) -> None:
        """Disappear without notice: all sockets are closed at once, and neither page nor peer says goodbye."""
        self._wire.cut()
        if self.page is not None:
            await self.page.vanish()
            self.page = None
        await self._hang_up()

    async def reload(self, timeout: float = PATIENCE) -> None:
        """Reload the tab: session and connection are abandoned, and START is pressed on the new page."""
        await self.vanish()
        await self.start(timeout)

    @property
    def connected(self) -> bool:
        """Whether the connection is established."""
        return self._peer is not None and self._peer.connectionState == "connected"

    def texts(self) -> list[str]:
        """Return the page's current texts; none if it is closed."""
        return [*self.page.texts(), *self._session.texts()] if self.page else []

    def metrics(self) -> dict[str, str]:
        """Return the stream's statistics, by name."""
        return self._session.metrics()

    def faces(self, since: float = 0.0, until: float = float("inf")) -> list[tuple[float, float]]:
        """Return the face messages received in [since, until): arrival, and age of the frame since it was sent.

        Both in seconds. If the first frame is lost, the age is overestimated.
        """
        messages = [
            (arrival, self._film.sent_at(moment)) for arrival, moment in self._session.faces if since <= arrival < until
        ]
        return [(arrival, arrival - sent) for arrival, sent in messages if sent is not None]

    def newest(self) -> np.ndarray | None:
        """Return the latest returned frame, RGB uint8 (height, width, 3); None before the first."""
        return self._newest.to_ndarray(format="rgb24") if self._newest is not None else None

    def fresh(self, since: float = 0.0, until: float = float("inf")) -> list[Received]:
        """Return frames received in [since, until) whose counter differs from the previous frame's.

        The server repeats its last frame while the next is not ready; such repeats and frames without a readable
        counter are left out.
        """
        fresh, last = [], None
        for frame in self.received:
            if frame.number is not None and frame.number != last:
                last = frame.number
                if since <= frame.received < until:
                    fresh.append(frame)
        return fresh

    def latencies(self, since: float = 0.0) -> list[float]:
        """Return the seconds from sending to receipt of each fresh frame received since then."""
        return [frame.latency for frame in self.fresh(since) if frame.latency is not None]

    def fps(self, since: float, until: float) -> float:
        """Return the frames received per second in [since, until), including repeats; see `fresh` for those without."""
        return sum(since <= frame.received < until for frame in self.received) / (until - since)

    async def _opened(self, timeout: float) -> Page:
        """Return the open page with a component: the app's own, or streamlit-webrtc's, which announces itself."""
        if self.page is None:
            self.page = Page(self._url)
            await self.page.open()
        page = self.page
        if not page.has_start:
            await page.until(lambda: page.has_start, "a component", timeout)
            await by_component.announce(page)
        return page

    async def _answer(self, page: Page, offer: RTCSessionDescription, end: float) -> RTCSessionDescription:
        if page.component is None:
            return await self._session.answer(offer)
        return await by_component.answer(page, offer, end)

    def _new_peer(self) -> RTCPeerConnection:
        peer = RTCPeerConnection(RTCConfiguration(iceServers=self._ice_servers))
        video = peer.addTransceiver(self._film, direction="sendrecv" if self._mode == "drawn" else "sendonly")
        codecs = RTCRtpSender.getCapabilities("video").codecs
        chosen = [codec for codec in codecs if codec.mimeType in {"video/VP8", "video/rtx"}]
        video.setCodecPreferences(chosen)
        patch_receiver(video.receiver)
        encode_low()
        connect_soon()
        self._wire = Wire(self._link)
        self._wire.join(peer)
        self._last_read = None

        def on_track(track: MediaStreamTrack) -> None:
            self._receiver = asyncio.create_task(self._receive(track))

        peer.on("track", on_track)
        return peer

    async def _receive(self, track: MediaStreamTrack) -> None:
        """Record each frame as it arrives; only the latest picture is kept."""
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            now = time.monotonic()
            assert isinstance(frame, av.VideoFrame)
            number = clock.read(luma(frame))
            received = Received(number, self._sent(number, now), now, frame.width, frame.height)
            self.received.append(received)
            if received.sent is not None:
                self._last_read = received
            self._newest = frame

    def _sent(self, number: int | None, now: float) -> float | None:
        """Return when the film sent a counter that has just come back.

        A film's counter restarts periodically, and the lag may be longer than that. But frames arrive in order: unless
        nothing arrived for a long time, the first matching time since the previous frame is the right one.
        """
        sent = self._film.sent.get(number) if number is not None else None
        last = self._last_read
        if sent is None or last is None or last.sent is None or now - last.received > self._film.period / 2:
            return sent
        if number == last.number:
            return last.sent
        return sent - self._film.period * max(0, int((sent - last.sent) / self._film.period))

    async def _hang_up(self) -> None:
        if self._peer is not None:
            await self._peer.close()
            self._peer = None
        if self._receiver is not None:
            self._receiver.cancel()
            await asyncio.gather(self._receiver, return_exceptions=True)
            self._receiver = None
        self._film.stop()


async def _connected(peer: RTCPeerConnection, timeout: float) -> None:
    """Return once a peer is connected.

    Raises:
        TimeoutError: it is not within the timeout.
    """
    changed = asyncio.Event()
    peer.on("connectionstatechange", changed.set)
    try:
        async with asyncio.timeout(timeout):
            while peer.connectionState not in {"connected", "failed", "closed"}:
                changed.clear()
                await changed.wait()
    except TimeoutError:
        pass
    if peer.connectionState != "connected":
        raise TimeoutError(f"the connection is {peer.connectionState}, its ICE {peer.iceConnectionState}")
