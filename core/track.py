"""Tracker: which face of this frame is which of the frames before, and where it steadily is.

Boxes are paired by how much they overlap where a face was going. Nothing of what a face looks like is used or kept.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np

from core.face import Box, Face
from core.scene import Motion
from core.smooth import OneEuro

KEEP = 0.8
"""Seconds after which a face that was not found again is forgotten."""

COAST = 0.25
"""Seconds for which a face that is not found is still shown, where it was going."""

LEAST_IOU = 0.2
"""Overlap below which two boxes are not the same face's."""

NEAR = 0.6
"""Two boxes that overlap less may be one quick face's, if their centres are this many box sizes apart or less ..."""

ALIKE = 0.7
"""... and their sizes no further apart than this ratio."""

REST, FOLLOW = 0.7, 4.0
"""Of the box's filter (core.smooth.OneEuro): hertz, and hertz per box size a second."""


def likeness(a: Box, b: Box) -> float:
    """How likely two boxes are one face's a moment later, in [0, 1]; 0 when they are too far apart."""
    overlap = a.iou(b)
    if overlap >= LEAST_IOU:
        return overlap
    smaller, larger = sorted((a.size, b.size))
    near = larger > 0 and math.hypot(a.cx - b.cx, a.cy - b.cy) <= NEAR * larger and smaller >= ALIKE * larger
    return overlap + 1e-3 if near else 0.0


def pairs(before: list[Box], now: list[Box]) -> list[tuple[int, int]]:
    """(index before, index now) of the boxes that are one face's, the likeliest taken first."""
    scored = [(likeness(a, b), i, j) for i, a in enumerate(before) for j, b in enumerate(now)]
    found: list[tuple[int, int]] = []
    for score, i, j in sorted(scored, key=lambda one: (-one[0], one[1], one[2])):
        if score > 0 and all(i != k and j != m for k, m in found):
            found.append((i, j))
    return found


class SteadyBox:
    """A box, filtered in sizes of itself, so that resolution and distance do not matter: its centre and its sides."""

    def __init__(self, box: Box, now: float) -> None:
        self._unit = max(box.size, 1.0)
        self._filter = OneEuro(REST, FOLLOW)
        self.see(box, now)

    def see(self, box: Box, now: float) -> None:
        """A new look."""
        sides = np.log(np.maximum([box.w, box.h], 1.0) / self._unit)
        self._filter(np.array([box.cx / self._unit, box.cy / self._unit, *sides]), now)

    def at(self, now: float) -> Box:
        """The box at a time that is not before the last look."""
        cx, cy, w, h = self._filter.at(now)
        unit = self._unit
        return Box.from_centre(cx * unit, cy * unit, float(np.exp(w)) * unit, float(np.exp(h)) * unit)

    @property
    def motion(self) -> Motion:
        """How it moves."""
        cx, cy, w, h = (float(value) for value in self._filter.speed)
        return Motion(cx * self._unit, cy * self._unit, w, h)

    def scale(self, factor: float) -> None:
        """The picture that it belongs to grew by a factor."""
        self._unit *= factor


@dataclass(slots=True)
class Track:
    """One face over time. seen: when it was last found, seconds."""

    number: int
    face: Face
    seen: float
    box: SteadyBox

    def shown(self, now: float) -> Face:
        """The face as it is to be drawn at a time."""
        return replace(self.face, box=self.box.at(now), track=self.number)


@dataclass(slots=True)
class Tracker:
    """Gives faces their numbers, from 1, never the same one twice. Time comes in as an argument, in seconds."""

    tracks: list[Track] = field(default_factory=list)
    last: int = 0

    def update(self, faces: list[Face], now: float) -> list[Face]:
        """The faces found in a frame, and those just lost, with numbers and steady boxes; in order of their numbers.

        Args:
            faces: of one frame, unordered.
            now: the frame's time, no earlier than the last one's.
        """
        matched = pairs([track.box.at(now) for track in self.tracks], [face.box for face in faces])
        for i, j in matched:
            track = self.tracks[i]
            track.face, track.seen = faces[j], now
            track.box.see(faces[j].box, now)
        known = {j for _, j in matched}
        for j, face in enumerate(faces):
            if j not in known:
                self.last += 1
                self.tracks.append(Track(self.last, face, now, SteadyBox(face.box, now)))
        self.tracks = [track for track in self.tracks if now - track.seen <= KEEP]
        return [track.shown(now) for track in self.tracks if now - track.seen <= COAST]

    def motions(self, faces: list[Face]) -> list[Motion]:
        """How faces that update() gave move."""
        known = {track.number: track.box.motion for track in self.tracks}
        return [known[face.track] for face in faces if face.track is not None]

    def scale(self, factor: float) -> None:
        """The next frame is larger by a factor and shows the same."""
        for track in self.tracks:
            track.box.scale(factor)

    def found(self, now: float) -> set[int]:
        """Numbers of the faces that were found in the frame of this time, not only expected."""
        return {track.number for track in self.tracks if track.seen == now}

    @property
    def numbers(self) -> set[int]:
        """Numbers of all faces that are not forgotten."""
        return {track.number for track in self.tracks}
