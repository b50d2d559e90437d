"""Scene: the faces of one analysed frame, whose positions can be extrapolated."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from core.face import Box, Face

AHEAD = 0.3
"""Maximum seconds over which a face's position is extrapolated."""

STALE, MAX_STALE = 1.5, 3.0
"""Seconds after which a scene is stale: normally, and at most on a slow server. By then another person may be where a
face was."""

STALE_INTERVALS = 2.5
"""On a slow server, a scene is valid for this multiple of the last interval; the next one normally comes before."""


def stale_after(interval: float) -> float:
    """Seconds for which a scene is valid that came `interval` seconds after the previous one."""
    return min(max(STALE, STALE_INTERVALS * interval), MAX_STALE)


@dataclass(frozen=True, slots=True)
class Motion:
    """A box's velocity: its centre in pixels a second, its sides in natural logarithms a second."""

    cx: float = 0.0
    cy: float = 0.0
    w: float = 0.0
    h: float = 0.0

    def move(self, box: Box, seconds: float) -> Box:
        """Return the box `seconds` later."""
        cx, cy = box.cx + self.cx * seconds, box.cy + self.cy * seconds
        return Box.from_centre(cx, cy, box.w * math.exp(self.w * seconds), box.h * math.exp(self.h * seconds))


STILL = Motion()


@dataclass(frozen=True, slots=True)
class Scene:
    """The faces of a frame. Immutable, so that one thread may draw it while another computes the next.

    time: of the frame, seconds. size: its width and height, pixels. faces: with boxes as of that time. motions: of each
    face. interval: seconds since the previously analysed frame; 0 if there was none.
    """

    time: float
    size: tuple[int, int]
    faces: tuple[Face, ...] = ()
    motions: tuple[Motion, ...] = ()
    interval: float = 0.0

    def stale(self, now: float) -> bool:
        """Whether it is too old to be shown."""
        return now - self.time > stale_after(self.interval)

    def at(self, now: float, size: tuple[int, int]) -> list[Face]:
        """Return the faces at a later time in a frame of another size, pixels; none once the scene is stale."""
        if self.stale(now):
            return []
        ahead = min(max(now - self.time, 0.0), AHEAD)
        across, down = size[0] / self.size[0], size[1] / self.size[1]
        moved = []
        for face, motion in zip(self.faces, self.motions, strict=True):
            box = motion.move(face.box, ahead)
            moved.append(replace(face, box=Box(box.x * across, box.y * down, box.w * across, box.h * down)))
        return moved
