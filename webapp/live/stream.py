"""Glue between WebRTC frames and core: takes a frame and returns it with the latest known faces drawn."""

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
    """A stream's statistics: analysed frames per second, latency in the server in seconds, faces in the last frame."""

    fps: float
    latency: float
    faces: int


class LatencyWindow:
    """Mean latency of frames in the server over the last few seconds. Times are passed in as arguments.

    A frame carries its send time on the sender's clock. The frame with the shortest transit within the window is
    assumed to have spent no time in queues; any excess over that counts as queueing time.
    """

    def __init__(self) -> None:
        self._frames: deque[tuple[float, float, float]] = deque()

    def add(self, begin: float, end: float, sent: float | None) -> None:
        """Add a frame that was processed from `begin` to `end` (seconds) and sent at `sent` on the sender's clock."""
        self._frames.append((end, end - begin, begin - sent if sent is not None else 0.0))
        while self._frames[0][0] < end - WINDOW:
            self._frames.popleft()

    def mean(self) -> float:
        """Return seconds; 0 before the first frame."""
        frames = list(self._frames)
        if not frames:
            return 0.0
        shortest = min(transit for _, _, transit in frames)
        return sum(work + transit - shortest for _, work, transit in frames) / len(frames)


def video_frame(image: Image) -> av.VideoFrame:
    """Convert an RGB uint8 picture, (height, width, 3), to a frame in the encoders' YUV format if its sides are even.

    Left to the encoder, that conversion takes six times as long.
    """
    height, width = image.shape[:2]
    if height % 2 or width % 2:
        return av.VideoFrame.from_ndarray(image, format="rgb24")
    planes = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2YUV_I420), np.uint8)
    return av.VideoFrame.from_ndarray(planes, format="yuv420p")


def turned_about(faces: list[Face], width: int) -> list[Face]:
    """Return the faces mirrored, in a picture of the given width in pixels."""
    return [replace(face, box=replace(face.box, x=width - face.box.x - face.box.w)) for face in faces]


class FrameProcessor:
    """Processes one viewer's stream. `recv` takes a millisecond or two, so it may run on the shared event loop.

    Attributes:
        mirrored: whether frames are returned mirrored, left to right. They are analysed unmirrored, so that neither
            ratings nor face numbers depend on it. Captions are drawn here, so the browser cannot mirror the picture
            without mirroring them; and sending a mirrored one would take a canvas pass per frame in the browser, which
            is slower than mirroring here.
        refusals: text for each of the guard's reasons; reasons without one are shown as they are.
    """

    def __init__(
        self, viewer: Viewer, label_above: str, stages: Stages, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Create a processor.

        Args:
            viewer: the viewer whose stream it is.
            label_above: the label drawn in the first colour.
            stages: where drawing time is recorded.
            clock: the engine's clock.
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
        """Return the frame with the latest faces at their predicted position; the frame itself if there are none."""
        begin = self._clock()
        try:
            frame = fitted(frame)
            drawn = self._drawn(frame, begin)
        except Exception:
            # An exception would end the stream silently; the page informs the viewer instead.
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
        """Return a copy of a frame with faces drawn."""
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
        """Free the viewer's seat when the viewer stops or leaves."""
        self.viewer.leave()

    @property
    def failed(self) -> bool:
        """Whether analysing or drawing the last frame failed."""
        return self._failed or self.viewer.failed

    def stats(self) -> Stats:
        """Return the stream's current statistics."""
        now = self._clock()
        scene = self.viewer.scene
        faces = len(scene.faces) if scene else 0
        return Stats(self.viewer.analysed.per_second(now), self._latency.mean(), faces)
