"""Process a session's frames, and map the faces found to the time at which their frame was captured."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import partial

import av

from core.analyzer import Analyzer
from core.face import Face
from core.images.crop import Image
from core.live.follower import Follower
from core.live.messages import FrameTime
from core.live.metrics import Stages
from core.live.scene import Scene
from core.live.viewer import Viewer
from webapp.live.frames import rgb
from webapp.live.stream import FrameProcessor

MAX_FRAMES = 256
"""Maximum frames remembered until they are analysed: some five seconds."""


class TellingFollower(Follower):
    """A follower that reports each frame that it analysed."""

    def __init__(self, analyzer: Analyzer, stages: Stages, report: Callable[[Scene], None]) -> None:
        """Args:
        report: called with the scene of each analysed frame, in the engine's thread; must return at once.
        """
        super().__init__(analyzer, stages)
        self._report = report

    def analyze(self, image: Image, now: float) -> list[Face]:
        """See Follower."""
        faces = super().analyze(image, now)
        if self.scene is not None:
            self._report(self.scene)
        return faces


class FrameTimes:
    """Capture times of the submitted frames, by submission time. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._frames: OrderedDict[float, FrameTime] = OrderedDict()

    def note(self, now: float, frame_time: FrameTime) -> None:
        """Record the capture time of a frame submitted at `now`, in seconds on the engine's clock."""
        with self._lock:
            self._frames[now] = frame_time
            if len(self._frames) > MAX_FRAMES:
                self._frames.popitem(last=False)

    def take(self, now: float) -> FrameTime | None:
        """Return the capture time of the frame submitted at `now`, None if unknown; forget it and earlier ones."""
        with self._lock:
            frame_time = self._frames.get(now)
            while self._frames and next(iter(self._frames)) <= now:
                self._frames.popitem(last=False)
        return frame_time


class SessionProcessor(FrameProcessor):
    """Processes the frames of a session's connection: submits them as the page does, and draws them if sent back.

    Attributes:
        times: the frames' capture times, which start anew with each connection.
    """

    def __init__(
        self,
        viewer: Viewer,
        label_above: str,
        stages: Stages,
        clock: Callable[[], float],
        rtp: Callable[[int], int | None],
        draws: bool,
    ) -> None:
        """Args:
        viewer, label_above, stages, clock: see FrameProcessor.
        rtp: returns a frame's RTP timestamp from its pts.
        draws: whether frames are sent back.
        """
        super().__init__(viewer, label_above, stages, clock)
        self.times = FrameTimes()
        self._rtp = rtp
        self._draws = draws

    def _drawn(self, frame: av.VideoFrame, now: float) -> av.VideoFrame:
        if frame.pts is not None and frame.time is not None:
            self.times.note(now, FrameTime(frame.time, self._rtp(frame.pts)))
        if self._draws:
            return super()._drawn(frame, now)
        self.viewer.submit(partial(rgb, frame), now)
        return frame
