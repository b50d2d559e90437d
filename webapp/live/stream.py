"""The glue between WebRTC frames and core: a frame in, the same frame with the newest known faces out."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import av
import cv2
import numpy as np

from core.draw import AS_THEY_ARE, draw
from core.face import Face
from core.images.crop import Image
from core.live.metrics import WINDOW, Stages
from core.live.viewer import Viewer
from webapp.live.frames import fitted, rgb
from webapp.live.planes import Planes, has_planes

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stats:
    """How a stream does: analysed frames a second; seconds a frame takes through the server; faces in the last."""

    fps: float
    latency: float
    faces: int


class LatencyWindow:
    """How long frames take through the server, over the last few seconds. Time comes in as an argument.

    A frame carries the time at which it was sent, on the sender's clock. The frame that came through fastest within
    the window is taken as having waited for nothing; what another one took longer, it spent in a queue.
    """

    def __init__(self) -> None:
        self._frames: deque[tuple[float, float, float]] = deque()

    def add(self, begin: float, end: float, sent: float | None) -> None:
        """One frame, taken up at `begin` and answered at `end` (seconds), sent at `sent` on the sender's clock."""
        self._frames.append((end, end - begin, begin - sent if sent is not None else 0.0))
        while self._frames[0][0] < end - WINDOW:
            self._frames.popleft()

    def mean(self) -> float:
        """Seconds; 0 when no frame came yet."""
        frames = list(self._frames)
        if not frames:
            return 0.0
        fastest = min(travel for _, _, travel in frames)
        return sum(work + travel - fastest for _, work, travel in frames) / len(frames)


def video_frame(image: Image) -> av.VideoFrame:
    """A frame of an RGB uint8 picture, (height, width, 3), in the planes that encoders take where its sides allow it.

    Left to the encoder, that conversion takes six times as long.
    """
    height, width = image.shape[:2]
    if height % 2 or width % 2:
        return av.VideoFrame.from_ndarray(image, format="rgb24")
    planes = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2YUV_I420), np.uint8)
    return av.VideoFrame.from_ndarray(planes, format="yuv420p")


def turned_about(faces: list[Face], width: int) -> list[Face]:
    """Faces of a picture of so many pixels' width, as they lie in its mirror."""
    return [replace(face, box=replace(face.box, x=width - face.box.x - face.box.w)) for face in faces]


class FrameProcessor:
    """One viewer's stream. `recv` takes a millisecond or two, so it may run on the event loop that all share.

    Attributes:
        mirrored: whether frames go back turned about, left to right. They are analysed as they come, so that neither
            a rating nor a face's number depends on it. The captions are drawn here, so the browser cannot turn the
            picture without them; and if it sent a turned one, each frame would have to go through a canvas first,
            which takes longer than the turning does here.
        refusals: what to write for the guard's reasons, by reason; the reasons themselves where there is nothing.
    """

    def __init__(
        self, viewer: Viewer, label_above: str, stages: Stages, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Args:
        viewer: whose stream it is.
        label_above: the label that takes the first colour.
        stages: where the time for drawing is counted.
        clock: the engine's.
        """
        self.viewer = viewer
        self.mirrored = False
        self.refusals: Mapping[str, str] = AS_THEY_ARE
        self._label_above = label_above
        self._stages = stages
        self._clock = clock
        self._latency = LatencyWindow()
        self._failed = False

    def recv(self, frame: av.VideoFrame) -> av.VideoFrame:
        """The frame with the newest known faces, moved to now; the frame itself when there are none."""
        begin = self._clock()
        try:
            frame = fitted(frame)
            drawn = self._drawn(frame, begin)
        except Exception:
            # An error here would end the stream without a word; the page tells the viewer instead.
            if not self._failed:
                logger.exception("drawing a frame failed; the stream goes on without")
            self._failed = True
            return frame
        self._failed = False
        self._latency.add(begin, self._clock(), frame.time)
        return drawn

    def _drawn(self, frame: av.VideoFrame, now: float) -> av.VideoFrame:
        self.viewer.submit(partial(rgb, frame), now)
        faces = self.viewer.faces(now, (frame.width, frame.height))
        if not faces and not self.mirrored:
            return frame
        with self._stages.measure("draw"):
            return self._with(faces, frame)

    def _with(self, faces: list[Face], frame: av.VideoFrame) -> av.VideoFrame:
        """A copy of a frame, with faces of it."""
        numbered = len(faces) > 1
        if self.mirrored:
            faces = turned_about(faces, frame.width)
        if has_planes(frame):
            planes = Planes.of(frame)
            if self.mirrored:
                planes.mirror()
            planes.draw(faces, self._label_above, self.refusals, numbered)
            return planes.frame()
        image = rgb(frame)
        if self.mirrored:
            image = np.asarray(cv2.flip(image, 1), np.uint8)
        return video_frame(draw(image, faces, self._label_above, self.refusals, numbered))

    def on_ended(self) -> None:
        """The viewer stopped or left: the seat is free."""
        self.viewer.leave()

    @property
    def failed(self) -> bool:
        """Whether the last frame could not be analysed or drawn."""
        return self._failed or self.viewer.failed

    def stats(self) -> Stats:
        """How the stream does now."""
        now = self._clock()
        scene = self.viewer.scene
        faces = len(scene.faces) if scene else 0
        return Stats(self.viewer.analysed.per_second(now), self._latency.mean(), faces)
