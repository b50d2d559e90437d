"""One WebRTC connection of a session: video in, faces out over a data channel, video back if requested.

streamlit-webrtc's WebRtcWorker would add nothing here: it takes a single offer, ends at the first sign of a lost path,
leaves data channels to its caller, keeps a thread per offer, and a queue as well for video that is not sent back.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

from aiortc import (
    InvalidStateError,
    MediaStreamTrack,
    RTCConfiguration,
    RTCDataChannel,
    RTCIceCandidate,
    RTCIceServer,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError

from webapp.common.attempts import Limiter
from webapp.live.closing import close
from webapp.live.handshake import answer_as_server
from webapp.live.jitter import rtp_timestamp
from webapp.live.signalling.hidden_candidates import split_hidden
from webapp.live.signalling.processed_track import ProcessedTrack
from webapp.live.signalling.processor import SessionProcessor

MAX_UNSENT = 4096
"""Bytes that may be buffered on the channel; above that, messages are dropped: only the newest matters."""
MAX_MESSAGE, MESSAGES_A_MINUTE = 1024, 120
"""Maximum length of a client's message, in characters or bytes, and maximum messages per minute."""


class Peer:
    """A peer connection. Use it only on the event loop that created it.

    Attributes:
        connected: whether it has ever been connected.
    """

    def __init__(
        self,
        ice_servers: list[RTCIceServer],
        make_processor: Callable[[Callable[[int], int | None]], SessionProcessor],
        draws: bool,
        on_open: Callable[[Peer], object],
        on_message: Callable[[Peer, str | bytes], object],
        on_over: Callable[[Peer], object],
    ) -> None:
        """Args:
        ice_servers: STUN and TURN servers.
        make_processor: creates the frame processor; takes a function from a frame's pts to its RTP timestamp.
        draws: whether processed frames are sent back.
        on_open: called when the channel opens.
        on_message: called with each message of the client on the channel.
        on_over: called when the connection has ended, or must be ended.
        """
        # Given even if empty: otherwise aiortc would use public servers on the internet.
        self._pc = RTCPeerConnection(RTCConfiguration(iceServers=ice_servers))
        self._make_processor = make_processor
        self._draws = draws
        self._on_open = on_open
        self._on_message = on_message
        self._on_over = on_over
        self._channel: RTCDataChannel | None = None
        self._limiter = Limiter(MESSAGES_A_MINUTE)
        self._processed: ProcessedTrack | None = None
        self._reader: asyncio.Task[None] | None = None
        self._resolving: asyncio.Task[None] | None = None
        self.processor: SessionProcessor | None = None
        self.connected = False
        self._pc.on("track", self._take_track)
        self._pc.on("datachannel", self._take_channel)
        self._pc.on("connectionstatechange", self._note_state)

    async def answer(self, sdp: str) -> str:
        """Return the SDP answer to an offer, with all candidates.

        Raises:
            Exception: the offer cannot be answered; aiortc raises many types.
        """
        shown, hidden = split_hidden(sdp)
        await self._pc.setRemoteDescription(RTCSessionDescription(shown, "offer"))
        self._resolving = asyncio.ensure_future(self._resolve(hidden))
        answer_as_server(self._pc)
        for transceiver in self._pc.getTransceivers():
            if transceiver.kind == "audio":
                # Nothing consumes it: if received, it would be decoded and queue up.
                transceiver.direction = "inactive"
        await self._pc.setLocalDescription(await self._pc.createAnswer())
        return str(self._pc.localDescription.sdp)

    @property
    def over(self) -> bool:
        """Whether the connection has ended."""
        return self._pc.connectionState in {"failed", "closed"}

    def send(self, message: str) -> bool:
        """Send a message, unless no channel is open or too much is buffered; return whether it was sent."""
        channel = self._channel
        if channel is None or channel.readyState != "open" or channel.bufferedAmount > MAX_UNSENT:
            return False
        try:
            channel.send(message)
        except (InvalidStateError, ValueError):
            # It has just closed, or the client accepts only shorter messages.
            return False
        return True

    async def close(self) -> None:
        """Close the connection; may be called more than once."""
        if self._resolving is not None:
            self._resolving.cancel()
        if self._processed is not None:
            self._processed.stop()
        if self._reader is not None:
            await self._reader
        await close(self._pc)

    async def _resolve(self, hidden: list[RTCIceCandidate]) -> None:
        """Resolve candidates and add them; those that cannot be resolved are ignored."""
        await asyncio.gather(*map(self._pc.addIceCandidate, hidden), return_exceptions=True)

    def _take_track(self, track: MediaStreamTrack) -> None:
        if track.kind != "video":
            return
        receiver = next(candidate for candidate in self._pc.getReceivers() if candidate.track is track)
        self.processor = self._make_processor(lambda pts: rtp_timestamp(receiver, pts))
        self._processed = ProcessedTrack(track, self.processor)
        if self._draws:
            self._pc.addTrack(self._processed)
        else:
            self._reader = asyncio.ensure_future(_consume(self._processed))

    def _take_channel(self, channel: RTCDataChannel) -> None:
        if self._channel is not None:
            self._on_over(self)
            return
        self._channel = channel
        channel.on("message", self._take_message)
        self._on_open(self)

    def _take_message(self, message: str | bytes) -> None:
        if len(message) > MAX_MESSAGE or self._limiter.take("", time.monotonic()):
            self._on_over(self)
        else:
            self._on_message(self, message)

    def _note_state(self) -> None:
        if self._pc.connectionState == "connected":
            self.connected = True
        elif self.over:
            self._on_over(self)


async def _consume(track: MediaStreamTrack) -> None:
    """Receive and discard processed frames until the track ends."""
    with suppress(MediaStreamError):
        while True:
            await track.recv()
