"""One live session: a seat in the engine and the current connection. It outlives a connection that is lost.

A client that lost its path or changed networks sends a new offer for the same session, and keeps its seat and its
faces' numbers. aiortc cannot restart ICE within a connection, so the underlying connection is a new one.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from aiortc import RTCIceServer

from core.analyzer import Analyzer
from core.draw import AS_THEY_ARE
from core.errors import FairestError
from core.live.engine import Engine
from core.live.messages import Chosen, Faces, Figures, Hello, Message, Refused, State, StateName, encode
from core.live.scene import Scene
from webapp.common.i18n import ENGLISH, N_, localize
from webapp.live.signalling.client_choice import ClientChoice, Models, read_choice
from webapp.live.signalling.event_loop import LoopThread
from webapp.live.signalling.offer import Mode
from webapp.live.signalling.peer import Peer
from webapp.live.signalling.processor import SessionProcessor, TellingFollower
from webapp.live.stream import FrameProcessor
from webapp.live.switch import Switch

logger = logging.getLogger(__name__)

CONNECTING_SECONDS = 30.0
"""Timeout for establishing a connection, from its offer."""
SILENT_SECONDS = 2.5
"""Time without a frame after which the client is informed."""
AGAIN_SECONDS = 2.0
"""Interval at which an unchanged message is repeated, as the channel may lose messages."""
FIGURES_SECONDS = 1.0
"""Interval between messages with figures on performance."""
GONE_SECONDS = 60.0
"""Time without a frame after which the session ends."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all sessions share.

    loop: runs the sessions. engine: analyses frames. analyzer: of new sessions. models: to choose from. labels: above
    the threshold, and at or below it. clock: the engine's. draining: returns whether the server is about to stop.
    captions: returns the text drawn for each of the guard's reasons, in a language. ice_servers: STUN and TURN servers.
    """

    loop: LoopThread
    engine: Engine
    analyzer: Analyzer
    models: Models
    labels: tuple[str, str]
    clock: Callable[[], float]
    draining: Callable[[], bool]
    captions: Callable[[str], Mapping[str, str]] = lambda _language: AS_THEY_ARE
    ice_servers: list[RTCIceServer] = field(default_factory=list)


UNUSABLE = N_("The models cannot be used.")


class Session:
    """A live session. Use it only on the event loop of all sessions, except for `stop`.

    Attributes:
        id: random, hard to guess. client: key by which a client's sessions are counted. mode: see Mode.
        ends: latest end, on the engine's clock; None for never.
        newest: the newest message about faces, encoded; None before the first.
        refusals: text drawn for each of the guard's reasons.
    """

    def __init__(self, around: Surroundings, client: str, mode: Mode, on_over: Callable[[Session], object]) -> None:
        """Args:
        on_over: called when the session must be ended.
        """
        self.id = secrets.token_urlsafe(16)
        self.client = client
        self.mode: Mode = mode
        self._around = around
        self._on_over = on_over
        self._follower = TellingFollower(around.analyzer, around.engine.stages, self._send_soon)
        self.viewer = around.engine.join(self._follower)
        self._peer: Peer | None = None
        self._closed = False
        self._offered = around.clock()
        self._choice = ClientChoice()
        self._switch = Switch(around.models.load)
        self._switch.drive(self._follower)
        self._sent: dict[str, tuple[Message, float]] = {}
        self.ends: float | None = None
        self.newest: str | None = None
        self.language = ENGLISH
        self.refusals: Mapping[str, str] = AS_THEY_ARE

    def choose(self, choice: ClientChoice) -> None:
        """Apply a choice, unless a newer one was applied before.

        Raises:
            FairestError: it has an unknown name. The previous choice then stays in effect.
        """
        if choice.number < self._choice.number:
            return
        self._switch.choose(self._around.models.choice(choice), patience=0)
        self._choice = choice
        self.speak(self.language)

    def speak(self, language: str) -> None:
        """Set the language code for captions and messages from now on; the choice's language takes precedence."""
        self.language = self._choice.language or language
        self.refusals = self._around.captions(self.language)
        self._set_up(self._peer.processor if self._peer is not None else None)

    async def answer(self, sdp: str, mode: Mode | None = None) -> str:
        """Return the answer to an offer, and close the previous connection, if any. The answer is useless if the
        session has been closed in the meantime.

        Args:
            sdp: the offer.
            mode: of the new connection; None to keep the previous one's.

        Raises:
            Exception: the offer cannot be answered. The previous connection then continues.
        """
        mode = mode or self.mode
        peer = Peer(
            self._around.ice_servers,
            partial(self._make_processor, mode),
            mode == "drawn",
            self._greet,
            self._hear,
            self._peer_over,
        )
        try:
            answer = await peer.answer(sdp)
        except BaseException:
            await peer.close()
            raise
        if self._closed:
            await peer.close()
            return answer
        self.mode = mode
        previous, self._peer = self._peer, peer
        self._offered = self._around.clock()
        if previous is not None:
            await previous.close()
        return answer

    @property
    def half_open(self) -> bool:
        """Return whether its connection has not been established yet."""
        return self._peer is None or not self._peer.connected

    def look(self, now: float) -> None:
        """Check the session periodically: send the client its state, or end the session if it is overdue."""
        if self._overdue(now):
            self._on_over(self)
            return
        self._say(self._hello(), now)
        self._say(State(self._state_at(now)), now)
        self._say(self._chosen(), now)
        _, sent_at = self._sent.get("figures", (None, now - FIGURES_SECONDS))
        if now - sent_at >= FIGURES_SECONDS:
            self._say(self._figures(now), now)

    async def close(self) -> None:
        """Give the seat back and close the connection; may be called more than once."""
        self._closed = True
        self.viewer.leave()
        peer, self._peer = self._peer, None
        if peer is not None:
            await peer.close()

    def stop(self) -> None:
        """Schedule the end of the session. Thread-safe."""
        self._around.loop.soon(self._on_over, self)

    def _overdue(self, now: float) -> bool:
        if self.ends is not None and now >= self.ends:
            return True
        if self.half_open:
            return now - self._offered > CONNECTING_SECONDS
        return now - max(self.viewer.last_frame, self._offered) > GONE_SECONDS

    def _state_at(self, now: float) -> StateName:
        viewer = self.viewer
        if self._around.draining():
            return "stopping"
        if now - viewer.last_frame > SILENT_SECONDS:
            return "silent"
        if viewer.seat is None:
            return "waiting"
        if viewer.failed or (
            self._peer is not None and self._peer.processor is not None and self._peer.processor.failed
        ):
            return "failed"
        return "behind" if viewer.behind(now) else "live"

    def _say(self, message: Message, now: float) -> None:
        """Send the client a message, unless the same one was sent in the last AGAIN_SECONDS."""
        previous, sent_at = self._sent.get(message.type, (None, now))
        if message != previous or now - sent_at >= AGAIN_SECONDS:
            self._sent[message.type] = message, now
            self._deliver(encode(message))

    def _hello(self) -> Hello:
        return Hello(self.id, self.mode, self._around.labels, self._follower.analyzer.classifier.threshold)

    def _chosen(self) -> Chosen:
        state = self._switch.state
        analyzer, error = state.analyzer or self._follower.analyzer, state.error
        if error is not None and not isinstance(error, FairestError):
            error = FairestError(UNUSABLE)
        return Chosen(
            self._choice.number,
            analyzer.detector.name,
            analyzer.classifier.name,
            analyzer.classifier.threshold,
            state.loading,
            None if error is None else localize(error, self.language),
        )

    def _figures(self, now: float) -> Figures:
        status = self._around.engine.status()
        processor = self._peer.processor if self._peer is not None else None
        latency = processor.stats().latency if processor is not None else 0.0
        fps = self.viewer.analysed.per_second(now)
        return Figures(fps, latency, status.load, status.viewers, status.max_viewers)

    def _set_up(self, processor: FrameProcessor | None) -> None:
        if processor is not None:
            processor.refusals = self.refusals
            processor.mirrored = self._choice.mirror

    def _make_processor(self, mode: Mode, rtp: Callable[[int], int | None]) -> SessionProcessor:
        around = self._around
        processor = SessionProcessor(
            self.viewer,
            around.labels[0],
            around.engine.stages,
            around.clock,
            rtp,
            draws=mode == "drawn",
        )
        self._set_up(processor)
        return processor

    def _send_soon(self, scene: Scene) -> None:
        """Schedule `_send_faces`; called in the engine's thread."""
        self._around.loop.soon(self._send_faces, scene)

    def _send_faces(self, scene: Scene) -> None:
        processor = self._peer.processor if self._peer is not None else None
        # A frame of the previous connection is unknown to this one, whose video's time started anew.
        frame_time = processor.times.take(scene.time) if processor is not None else None
        if frame_time is not None:
            self.newest = encode(Faces(scene, frame_time, self._around.clock() - scene.time))
            self._deliver(self.newest)

    def _greet(self, peer: Peer) -> None:
        peer.send(encode(self._hello()))
        peer.send(encode(State(self._state_at(self._around.clock()))))
        peer.send(encode(self._chosen()))

    def _hear(self, peer: Peer, message: str | bytes) -> None:
        """Handle a message from the client."""
        try:
            choice = read_choice(message)
            if choice is not None:
                self.choose(choice)
        except FairestError as error:
            peer.send(encode(Refused(localize(error, self.language))))
        else:
            if choice is not None:
                peer.send(encode(self._chosen()))

    def _deliver(self, text: str) -> None:
        if self._peer is not None:
            self._peer.send(text)

    def _peer_over(self, peer: Peer) -> None:
        if peer is self._peer:
            self._on_over(self)
