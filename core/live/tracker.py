"""Tracker: associates the faces of a frame with those of earlier frames, and smooths their boxes.

Boxes are matched by their overlap with predicted positions. Appearance is neither used nor kept. A match is the most
likely one, not a certain one: if a gap, a jump or another face makes it doubtful that a track is still the same face,
the tracker reports that, and decisions based on the track's past must start over.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np

from core.face import Box, Face
from core.live.one_euro import OneEuro
from core.live.scene import Motion

KEEP = 0.8
"""Seconds after which a face that was not found again is dropped."""

COAST = 0.25
"""Seconds for which a face that is not found is still shown, at its predicted position."""

MIN_IOU = 0.2
"""Overlap below which two boxes are not the same face's."""

NEAR = 0.6
"""Boxes that overlap less may still be one fast face's if their centres are at most this many box sizes apart ..."""

ALIKE = 0.7
"""... and the ratio of their sizes is at least this."""

GAP = 0.15
"""Seconds without being found, a frame or two, after which a track's face may be another one ..."""

BLIND = 0.5
"""... and seconds between frames after which every face may be."""

JUMP, JUMP_SPEED = 0.15, 1.2
"""A face may be another one if it is found further from its predicted position, in box sizes, than the sum of the first
of these, the second per second since it was seen, and the distance that it moved in that time ..."""

STRETCH = 1.3
"""... and so may one whose size changed by more than this ratio."""

RIVAL = 0.5
"""If another face or track fits a pair with this share of the pair's own likeness, the match is ambiguous."""

REST, FOLLOW = 0.7, 4.0
"""Parameters of the box filter (core.live.one_euro.OneEuro): hertz, and hertz per box size a second."""


def likeness(a: Box, b: Box) -> float:
    """Score in [0, 1] of two boxes being one face's a moment apart; 0 if they are too far apart."""
    overlap = a.iou(b)
    if overlap >= MIN_IOU:
        return overlap
    smaller, larger = sorted((a.size, b.size))
    near = larger > 0 and math.hypot(a.cx - b.cx, a.cy - b.cy) <= NEAR * larger and smaller >= ALIKE * larger
    return overlap + 1e-3 if near else 0.0


def match_boxes(before: list[Box], now: list[Box]) -> list[tuple[int, int, bool]]:
    """Match boxes greedily, the most likely pairs first.

    Returns:
        For each pair, (index before, index now, whether another box of either list fits nearly as well).
    """
    scored = [(likeness(a, b), i, j) for i, a in enumerate(before) for j, b in enumerate(now)]
    pairs: list[tuple[int, int, bool]] = []
    for score, i, j in sorted(scored, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if score > 0 and all(i != k and j != m for k, m, _ in pairs):
            rivals = [rival for rival, k, m in scored if (k == i) != (m == j)]
            pairs.append((i, j, max(rivals, default=0.0) >= RIVAL * score))
    return pairs


def jumped(expected: Box, actual: Box, seconds: float, motion: Motion) -> bool:
    """Whether a face's position is not explained by its motion.

    Args:
        expected: predicted position.
        actual: position at which it was found.
        seconds: since it was seen.
        motion: predicted motion; it may have stopped.
    """
    smaller, larger = sorted((expected.size, actual.size))
    distance = math.hypot(expected.cx - actual.cx, expected.cy - actual.cy)
    moved = math.hypot(motion.cx, motion.cy) * seconds
    return distance > (JUMP + JUMP_SPEED * seconds) * larger + moved or larger > STRETCH * smaller


class SteadyBox:
    """A filtered box: centre and sides, in units of its own size, so that resolution and distance do not matter."""

    def __init__(self, box: Box, now: float) -> None:
        self._unit = max(box.size, 1.0)
        self._filter = OneEuro(REST, FOLLOW)
        self.update(box, now)

    def update(self, box: Box, now: float) -> None:
        """Add a new measurement."""
        sides = np.log(np.maximum([box.w, box.h], 1.0) / self._unit)
        self._filter(np.array([box.cx / self._unit, box.cy / self._unit, *sides]), now)

    def at(self, now: float) -> Box:
        """Return the box at a time no earlier than the last measurement."""
        cx, cy, w, h = self._filter.at(now)
        unit = self._unit
        return Box.from_centre(cx * unit, cy * unit, float(np.exp(w)) * unit, float(np.exp(h)) * unit)

    @property
    def motion(self) -> Motion:
        """Return the box's velocity."""
        cx, cy, w, h = (float(value) for value in self._filter.speed)
        return Motion(cx * self._unit, cy * self._unit, w, h)

    def scale(self, factor: float) -> None:
        """Scale to a picture that is larger by a factor."""
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
        """Return the face as it is to be drawn at a time."""
        return replace(self.face, box=self.box.at(now), track=self.number)


@dataclass(slots=True)
class Tracker:
    """Assigns numbers to faces, from 1, never reusing one. Time is passed in, in seconds."""

    tracks: list[Track] = field(default_factory=list)
    last: int = 0
    _time: float = -math.inf

    def update(self, faces: list[Face], now: float) -> list[Face]:
        """Return the faces found in a frame, and those just lost, with numbers and smoothed boxes; ordered by number.

        Args:
            faces: of one frame, unordered.
            now: the frame's time, no earlier than the last one's.
        """
        expected = [track.box.at(now) for track in self.tracks]
        for track in self.tracks:
            track.doubtful = self._lost(track, now)
        matched = match_boxes(expected, [face.box for face in faces])
        for i, j, contested in matched:
            track, detected = self.tracks[i], faces[j]
            jump = jumped(expected[i], detected.box, now - track.seen, track.box.motion)
            track.doubtful = track.doubtful or contested or jump
            track.face, track.seen = detected, now
            track.box.update(detected.box, now)
        self._doubt_covered(expected, faces, {i for i, _, _ in matched})
        matched_indices = {j for _, j, _ in matched}
        for j, face in enumerate(faces):
            if j not in matched_indices:
                self.last += 1
                self.tracks.append(Track(self.last, face, now, SteadyBox(face.box, now)))
        self.tracks = [track for track in self.tracks if now - track.seen <= KEEP]
        self._time = now
        return [track.face_at(now) for track in self.tracks if now - track.seen <= COAST]

    def _doubt_covered(self, expected: list[Box], faces: list[Face], matched: set[int]) -> None:
        """Mark tracks doubtful whose missing face may be behind, or be, a face found at its expected position."""
        for i, box in enumerate(expected):
            if i not in matched and any(box.iou(face.box) > 0 for face in faces):
                self.tracks[i].doubtful = True

    def _lost(self, track: Track, now: float) -> bool:
        """Whether a track's face was missing for too long for a new match to be certainly the same face."""
        missed = track.seen < self._time
        return now - track.seen > (GAP if missed else BLIND)

    def motions(self, faces: list[Face]) -> list[Motion]:
        """Return the velocities of faces that update() returned."""
        motion_by_number = {track.number: track.box.motion for track in self.tracks}
        return [motion_by_number[face.track] for face in faces if face.track is not None]

    def scale(self, factor: float) -> None:
        """Adapt to frames that are larger by a factor and show the same."""
        for track in self.tracks:
            track.box.scale(factor)

    def found_numbers(self, now: float) -> set[int]:
        """Numbers of the faces that were found in this frame, not only predicted."""
        return {track.number for track in self.tracks if track.seen == now}

    @property
    def doubtful(self) -> set[int]:
        """Numbers of the faces that, as of the last frame, may belong to a different face than before."""
        return {track.number for track in self.tracks if track.doubtful}

    @property
    def numbers(self) -> set[int]:
        """Numbers of all faces that have not been dropped."""
        return {track.number for track in self.tracks}
