"""What each frame of a session passes on the server, and how its faces find their way back to that frame."""

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
"""Frames that are remembered until they are analysed: some five seconds."""


class TellingFollower(Follower):
    """A follower that tells of each frame that it analysed."""

    def __init__(self, analyzer: Analyzer, stages: Stages, tell: Callable[[Scene], None]) -> None:
        """Args:
        tell: takes what a frame showed, in the engine's thread; it must return at once.
        """
        super().__init__(analyzer, stages)
        self._tell = tell

    def analyze(self, image: Image, now: float) -> list[Face]:
        """See Follower."""
        faces = super().analyze(image, now)
        if self.scene is not None:
            self._tell(self.scene)
        return faces


class FrameTimes:
    """When the frames that were handed over were taken, by when they were handed over. For use by any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._frames: OrderedDict[float, FrameTime] = OrderedDict()

    def note(self, now: float, taken: FrameTime) -> None:
        """A frame was handed over, seconds on the engine's clock."""
        with self._lock:
            self._frames[now] = taken
            if len(self._frames) > MAX_FRAMES:
                self._frames.popitem(last=False)

    def take(self, now: float) -> FrameTime | None:
        """Of the frame that was handed over then; those before it are forgotten. None when it is not known."""
        with self._lock:
            found = self._frames.get(now)
            while self._frames and next(iter(self._frames)) <= now:
                self._frames.popitem(last=False)
        return found


class SessionProcessor(FrameProcessor):
    """A session's frames: handed over as those of the page, noted, and drawn only where they go back."""

    def __init__(
        self,
        viewer: Viewer,
        label_above: str,
        stages: Stages,
        clock: Callable[[], float],
        times: FrameTimes,
        rtp: Callable[[int], int | None],
        draws: bool,
    ) -> None:
        """Args:
        viewer, label_above, stages, clock: see FrameProcessor.
        times: where frames are noted.
        rtp: gives the RTP timestamp of a frame by its own.
        draws: whether frames go back.
        """
        super().__init__(viewer, label_above, stages, clock)
        self._times = times
        self._rtp = rtp
        self._draws = draws

    def _drawn(self, frame: av.VideoFrame, now: float) -> av.VideoFrame:
        if frame.pts is not None and frame.time is not None:
            self._times.note(now, FrameTime(frame.time, self._rtp(frame.pts)))
        if self._draws:
            return super()._drawn(frame, now)
        self.viewer.submit(partial(rgb, frame), now)
        return frame
