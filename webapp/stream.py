"""The glue between WebRTC frames and core: latest frame in, drawn frame out."""

from __future__ import annotations

import logging
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import av
from streamlit_webrtc import VideoProcessorBase

from core.crop import Image
from core.draw import draw
from core.face import Face

logger = logging.getLogger(__name__)

WINDOW = 3.0
"""Seconds over which frames a second and latency are averaged."""

SILENT_AFTER = 15.0
"""A viewer who sent no frame for this many seconds has gone, whatever the connection says."""


class Follows(Protocol):
    """What a stream needs of core.follow.Follower."""

    def analyze(self, image: Image, now: float) -> list[Face]:
        """The faces of an RGB uint8 frame at a time, seconds."""
        ...


@dataclass(frozen=True, slots=True)
class Stats:
    """How a stream does: processed frames a second; seconds from a frame's arrival to its answer; faces in the last."""

    fps: float
    latency: float
    faces: list[Face]


class Meter:
    """Counts processed frames over the last few seconds. Time comes in as an argument.

    A frame carries the time at which it was sent, on the sender's clock. The frame that came through fastest within
    the window is taken as having waited for nothing; what another one took longer, it spent in a queue.
    """

    def __init__(self) -> None:
        self._frames: deque[tuple[float, float, float]] = deque()

    def add(self, begin: float, end: float, sent: float | None) -> None:
        """One frame, taken up at `begin` and answered at `end` (seconds), sent at `sent` on the sender's clock."""
        self._frames.append((end, end - begin, begin - sent if sent is not None else 0.0))
        self._forget(end)

    def _forget(self, now: float) -> None:
        while self._frames and self._frames[0][0] < now - WINDOW:
            self._frames.popleft()

    def read(self, now: float) -> tuple[float, float]:
        """(frames a second, mean latency in seconds) at a time; (0, 0) when nothing came lately."""
        self._forget(now)
        if len(self._frames) < 2:
            return 0.0, 0.0
        span = max(now - self._frames[0][0], 1e-3)
        fastest = min(way for _, _, way in self._frames)
        latency = sum(work + way - fastest for _, work, way in self._frames) / len(self._frames)
        return (len(self._frames) - 1) / span, latency


class ViewerSlots:
    """How many viewers may be live at a time. A stream that ended, fell silent or was forgotten counts no more."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._streams: weakref.WeakSet[FrameProcessor] = weakref.WeakSet()
        self._lock = threading.Lock()

    def taken(self) -> int:
        """Streams that are live now."""
        with self._lock:
            return self._live()

    def full(self) -> bool:
        """Whether the next viewer must wait."""
        return self.taken() >= self._most

    def admit(self, stream: FrameProcessor) -> bool:
        """Take a place for a stream; False when there is none."""
        with self._lock:
            if self._live() >= self._most:
                return False
            self._streams.add(stream)
            return True

    def _live(self) -> int:
        now = self._clock()
        return sum(stream.live(now) for stream in self._streams)


class FrameProcessor(VideoProcessorBase):
    """One viewer's stream. `recv` runs in a thread of that viewer's own, with the newest frame only."""

    def __init__(
        self, follower: Follows, label_above: str, slots: ViewerSlots, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.follower = follower
        self._label_above = label_above
        self._clock = clock
        self._meter = Meter()
        self._lock = threading.Lock()
        self._faces: list[Face] = []
        self._last_frame = clock()
        self._ended = False
        self._failed = False
        self.admitted = slots.admit(self)

    def recv(self, frame: av.VideoFrame) -> av.VideoFrame:
        """The frame with its faces drawn; the frame itself when this viewer was not admitted or analysis failed."""
        begin = self._clock()
        self._last_frame = begin
        if not self.admitted:
            return frame
        try:
            image = frame.to_ndarray(format="rgb24")
            faces = self.follower.analyze(image, begin)
            drawn = av.VideoFrame.from_ndarray(draw(image, faces, self._label_above), format="rgb24")
        except Exception:
            # An error here would end the stream without a word; the page tells the viewer instead.
            if not self._failed:
                logger.exception("analysing a frame failed; the stream goes on without")
            self._failed = True
            return frame
        with self._lock:
            self._failed = False
            self._faces = faces
            self._meter.add(begin, self._clock(), frame.time)
        return drawn

    async def recv_queued(self, frames: list[av.VideoFrame]) -> list[av.VideoFrame]:
        """The newest of the waiting frames, processed; the others are dropped so that no lag builds up."""
        return [self.recv(frames[-1])]

    def on_ended(self) -> None:
        """The viewer stopped or left: the place is free."""
        self._ended = True

    def live(self, now: float) -> bool:
        """Whether the stream still takes a place."""
        return not self._ended and now - self._last_frame < SILENT_AFTER

    @property
    def failed(self) -> bool:
        """Whether the last frame could not be analysed."""
        return self._failed

    def stats(self) -> Stats:
        """How the stream does now."""
        with self._lock:
            fps, latency = self._meter.read(self._clock())
            return Stats(fps, latency, list(self._faces))
