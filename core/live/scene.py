"""Scene: the faces of one analysed frame, which can be moved to where they will be a moment later."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from core.face import Box, Face

AHEAD = 0.3
"""Seconds for which a face is expected to keep its speed."""

STALE, MAX_STALE = 1.5, 3.0
"""Seconds after which a scene says nothing any more: usually, and on a server that is slow at most. By then somebody
else may be where a face was."""

STALE_INTERVALS = 2.5
"""A slow server's scene holds for so many times the time since the scene before: one that comes in time replaces it."""


def stale_after(interval: float) -> float:
    """Seconds for which a scene holds that came so many seconds after the one before."""
    return min(max(STALE, STALE_INTERVALS * interval), MAX_STALE)


@dataclass(frozen=True, slots=True)
class Motion:
    """How a box moves: its centre, pixels a second, and its sides, natural logarithms a second."""

    cx: float = 0.0
    cy: float = 0.0
    w: float = 0.0
    h: float = 0.0

    def move(self, box: Box, seconds: float) -> Box:
        """The box some time later."""
        cx, cy = box.cx + self.cx * seconds, box.cy + self.cy * seconds
        return Box.from_centre(cx, cy, box.w * math.exp(self.w * seconds), box.h * math.exp(self.h * seconds))


STILL = Motion()


@dataclass(frozen=True, slots=True)
class Scene:
    """What a frame showed. Immutable, so that one thread may draw it while another makes the next.

    time: of the frame, seconds. size: its width and height, pixels. faces: with boxes as of that time. motions: of
    each face. interval: seconds since the frame that was analysed before; 0 when there was none.
    """

    time: float
    size: tuple[int, int]
    faces: tuple[Face, ...] = ()
    motions: tuple[Motion, ...] = ()
    interval: float = 0.0

    def stale(self, now: float) -> bool:
        """Whether it says nothing any more."""
        return now - self.time > stale_after(self.interval)

    def at(self, now: float, size: tuple[int, int]) -> list[Face]:
        """The faces at a later time in a frame of another size, pixels; none once the scene is stale."""
        if self.stale(now):
            return []
        ahead = min(max(now - self.time, 0.0), AHEAD)
        across, down = size[0] / self.size[0], size[1] / self.size[1]
        moved = []
        for face, motion in zip(self.faces, self.motions, strict=True):
            box = motion.move(face.box, ahead)
            moved.append(replace(face, box=Box(box.x * across, box.y * down, box.w * across, box.h * down)))
        return moved
