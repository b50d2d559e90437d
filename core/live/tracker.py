"""Tracker: which face of this frame is which of the frames before, and where it steadily is.

Boxes are paired by how much they overlap where a face was going. Nothing of what a face looks like is used or kept.
A pair is the likeliest there is, not a certain one: where a gap, a jump or another face makes it doubtful that a track
is still of the same face, it says so, and whoever decides by a track's past must begin anew.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np

from core.face import Box, Face
from core.live.one_euro import OneEuro
from core.live.scene import Motion

KEEP = 0.8
"""Seconds after which a face that was not found again is forgotten."""

COAST = 0.25
"""Seconds for which a face that is not found is still shown, where it was going."""

MIN_IOU = 0.2
"""Overlap below which two boxes are not the same face's."""

NEAR = 0.6
"""Two boxes that overlap less may be one quick face's, if their centres are this many box sizes apart or less ..."""

ALIKE = 0.7
"""... and their sizes no further apart than this ratio."""

GAP = 0.15
"""Seconds without being found, a frame or two, after which a track's face may be another ..."""

BLIND = 0.5
"""... and seconds between frames after which every face may be."""

JUMP, JUMP_SPEED = 0.15, 1.2
"""A face found further from where its track was going, in box sizes, than the first of these, the second for each
second since it was seen, and as far as it moved in that time, may be another ..."""

STRETCH = 1.3
"""... and so may one that is larger or smaller by more than this ratio."""

RIVAL = 0.5
"""Where another face, or another track, fits a pair by this share of the pair's own likeness, either may be the one."""

REST, FOLLOW = 0.7, 4.0
"""Of the box's filter (core.live.one_euro.OneEuro): hertz, and hertz per box size a second."""


def likeness(a: Box, b: Box) -> float:
    """How likely two boxes are one face's a moment later, in [0, 1]; 0 when they are too far apart."""
    overlap = a.iou(b)
    if overlap >= MIN_IOU:
        return overlap
    smaller, larger = sorted((a.size, b.size))
    near = larger > 0 and math.hypot(a.cx - b.cx, a.cy - b.cy) <= NEAR * larger and smaller >= ALIKE * larger
    return overlap + 1e-3 if near else 0.0


def match_boxes(before: list[Box], now: list[Box]) -> list[tuple[int, int, bool]]:
    """The boxes that are one face's, the likeliest taken first.

    Returns:
        (index before, index now, whether another box of either list fits nearly as well) of each pair.
    """
    scored = [(likeness(a, b), i, j) for i, a in enumerate(before) for j, b in enumerate(now)]
    found: list[tuple[int, int, bool]] = []
    for score, i, j in sorted(scored, key=lambda one: (-one[0], one[1], one[2])):
        if score > 0 and all(i != k and j != m for k, m, _ in found):
            rivals = [other for other, k, m in scored if (k == i) != (m == j)]
            found.append((i, j, max(rivals, default=0.0) >= RIVAL * score))
    return found


def jumped(expected: Box, found: Box, seconds: float, motion: Motion) -> bool:
    """Whether a face lies where its motion does not explain.

    Args:
        expected: where it was going.
        found: where it is.
        seconds: since it was seen.
        motion: as it was going; it may have stopped.
    """
    smaller, larger = sorted((expected.size, found.size))
    far = math.hypot(expected.cx - found.cx, expected.cy - found.cy)
    moved = math.hypot(motion.cx, motion.cy) * seconds
    return far > (JUMP + JUMP_SPEED * seconds) * larger + moved or larger > STRETCH * smaller


class SteadyBox:
    """A box, filtered in sizes of itself, so that resolution and distance do not matter: its centre and its sides."""

    def __init__(self, box: Box, now: float) -> None:
        self._unit = max(box.size, 1.0)
        self._filter = OneEuro(REST, FOLLOW)
        self.update(box, now)

    def update(self, box: Box, now: float) -> None:
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
    """One face over time.

    seen: when it was last found, seconds. doubtful: whether the last frame makes it doubtful that it is the same face.
    """

    number: int
    face: Face
    seen: float
    box: SteadyBox
    doubtful: bool = False

    def face_at(self, now: float) -> Face:
        """The face as it is to be drawn at a time."""
        return replace(self.face, box=self.box.at(now), track=self.number)


@dataclass(slots=True)
class Tracker:
    """Gives faces their numbers, from 1, never the same one twice. Time comes in as an argument, in seconds."""

    tracks: list[Track] = field(default_factory=list)
    last: int = 0
    _time: float = -math.inf

    def update(self, faces: list[Face], now: float) -> list[Face]:
        """The faces found in a frame, and those just lost, with numbers and steady boxes; in order of their numbers.

        Args:
            faces: of one frame, unordered.
            now: the frame's time, no earlier than the last one's.
        """
        expected = [track.box.at(now) for track in self.tracks]
        for track in self.tracks:
            track.doubtful = self._lost(track, now)
        matched = match_boxes(expected, [face.box for face in faces])
        for i, j, contested in matched:
            track, found = self.tracks[i], faces[j]
            jump = jumped(expected[i], found.box, now - track.seen, track.box.motion)
            track.doubtful = track.doubtful or contested or jump
            track.face, track.seen = found, now
            track.box.update(found.box, now)
        self._doubt_covered(expected, faces, {i for i, _, _ in matched})
        known = {j for _, j, _ in matched}
        for j, face in enumerate(faces):
            if j not in known:
                self.last += 1
                self.tracks.append(Track(self.last, face, now, SteadyBox(face.box, now)))
        self.tracks = [track for track in self.tracks if now - track.seen <= KEEP]
        self._time = now
        return [track.face_at(now) for track in self.tracks if now - track.seen <= COAST]

    def _doubt_covered(self, expected: list[Box], faces: list[Face], matched: set[int]) -> None:
        """A face that was not found may be behind, or have become, one that is where it should be."""
        for i, box in enumerate(expected):
            if i not in matched and any(box.iou(face.box) > 0 for face in faces):
                self.tracks[i].doubtful = True

    def _lost(self, track: Track, now: float) -> bool:
        """Whether a track's face was out of sight for too long for whatever is found now to be surely the same."""
        missed = track.seen < self._time
        return now - track.seen > (GAP if missed else BLIND)

    def motions(self, faces: list[Face]) -> list[Motion]:
        """How faces that update() gave move."""
        known = {track.number: track.box.motion for track in self.tracks}
        return [known[face.track] for face in faces if face.track is not None]

    def scale(self, factor: float) -> None:
        """The next frame is larger by a factor and shows the same."""
        for track in self.tracks:
            track.box.scale(factor)

    def found_numbers(self, now: float) -> set[int]:
        """Numbers of the faces that were found in the frame of this time, not only expected."""
        return {track.number for track in self.tracks if track.seen == now}

    @property
    def doubtful(self) -> set[int]:
        """Numbers of the faces that, by the last frame, may be others than those that had them before."""
        return {track.number for track in self.tracks if track.doubtful}

    @property
    def numbers(self) -> set[int]:
        """Numbers of all faces that are not forgotten."""
        return {track.number for track in self.tracks}
