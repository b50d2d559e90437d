"""One WebRTC connection of a session: video in, faces out by a data channel, video back where that is asked for.

streamlit-webrtc's WebRtcWorker would add nothing here: it takes one offer in its life, ends at the first sign of a lost
path, leaves data channels to its caller, keeps a thread an offer, and for video that does not go back a queue as well.
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
    RTCIceServer,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError

from webapp.common.attempts import Limiter
from webapp.live.handshake import answer_as_server
from webapp.live.jitter import rtp_timestamp
from webapp.live.signalling.processed_track import ProcessedTrack
from webapp.live.stream import FrameProcessor

MAX_UNSENT = 4096
"""Bytes that may wait on the channel; while more do, messages are left out: only the newest counts."""
MAX_MESSAGE, MESSAGES_A_MINUTE = 1024, 120
"""Characters, or bytes, of a message that a client sends, and how many may come in a minute."""


class Peer:
    """For the event loop that made it.

    Attributes:
        connected: whether it ever was.
    """

    def __init__(
        self,
        ice_servers: list[RTCIceServer],
        make_processor: Callable[[Callable[[int], int | None]], FrameProcessor],
        draws: bool,
        on_open: Callable[[Peer], object],
        on_message: Callable[[Peer, str | bytes], object],
        on_over: Callable[[Peer], object],
    ) -> None:
        """Args:
        ice_servers: STUN and TURN servers.
        make_processor: gives what each frame passes; it is given what tells a frame's RTP timestamp by its own.
        draws: whether what comes of the frames goes back.
        on_open: called when the channel is open.
        on_message: called with what the client says there.
        on_over: called when the connection is over, or has to be.
        """
        # Given even when empty: left out, aiortc would ask hosts on the internet.
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
        self.processor: FrameProcessor | None = None
        self.connected = False
        self._pc.on("track", self._take_track)
        self._pc.on("datachannel", self._take_channel)
        self._pc.on("connectionstatechange", self._note_state)

    async def answer(self, sdp: str) -> str:
        """The SDP answer to an offer, with all candidates in it.

        Raises:
            Exception: of aiortc's and of many kinds, where the offer cannot be answered.
        """
        await self._pc.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        answer_as_server(self._pc)
        for transceiver in self._pc.getTransceivers():
            if transceiver.kind == "audio":
                # Nobody listens: received, it would be decoded and pile up.
                transceiver.direction = "inactive"
        await self._pc.setLocalDescription(await self._pc.createAnswer())
        return str(self._pc.localDescription.sdp)

    @property
    def over(self) -> bool:
        """Whether the connection has ended."""
        return self._pc.connectionState in {"failed", "closed"}

    def send(self, message: str) -> bool:
        """Send a message, unless no channel is open or too much waits there; whether it was."""
        channel = self._channel
        if channel is None or channel.readyState != "open" or channel.bufferedAmount > MAX_UNSENT:
            return False
        try:
            channel.send(message)
        except (InvalidStateError, ValueError):
            # It closed just now, or the client said that it takes shorter ones only.
            return False
        return True

    async def close(self) -> None:
        """End it; may be called more than once."""
        if self._processed is not None:
            self._processed.stop()
        if self._reader is not None:
            await self._reader
        await self._pc.close()

    def _take_track(self, track: MediaStreamTrack) -> None:
        if track.kind != "video":
            return
        receiver = next(one for one in self._pc.getReceivers() if one.track is track)
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
    """Have each frame processed, and keep none."""
    with suppress(MediaStreamError):
        while True:
            await track.recv()
