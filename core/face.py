"""Box and Face: the types that every stage takes and returns."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Box:
    """An axis-aligned rectangle in pixels of the picture it belongs to, top-left origin.

    Fairest's own boxes reach from above the hairline to just below the chin; `training.data.conventions` measures this
    in eye distances and converts the boxes of other data sets.
    """

    x: float
    y: float
    w: float
    h: float

    def __post_init__(self) -> None:
        if self.w < 0 or self.h < 0:
            raise ValueError(f"a box needs width and height of 0 or more; received {self.w} x {self.h}")

    @classmethod
    def from_centre(cls, cx: float, cy: float, w: float, h: float) -> Box:
        """Return the box of size w x h around the point (cx, cy)."""
        return cls(cx - w / 2, cy - h / 2, w, h)

    @property
    def area(self) -> float:
        """Area in square pixels."""
        return self.w * self.h

    @property
    def size(self) -> float:
        """Geometric mean of width and height, pixels."""
        return math.sqrt(self.area)

    @property
    def cx(self) -> float:
        """Horizontal centre, pixels."""
        return self.x + self.w / 2

    @property
    def cy(self) -> float:
        """Vertical centre, pixels."""
        return self.y + self.h / 2

    def intersection(self, other: Box) -> float:
        """Area of the overlap in square pixels."""
        w = min(self.x + self.w, other.x + other.w) - max(self.x, other.x)
        h = min(self.y + self.h, other.y + other.h) - max(self.y, other.y)
        return max(0.0, w) * max(0.0, h)

    def iou(self, other: Box) -> float:
        """Intersection over union, in [0, 1]; 0 for two empty boxes."""
        shared = self.intersection(other)
        union = self.area + other.area - shared
        return shared / union if union > 0 else 0.0

    def clip(self, width: float, height: float) -> Box:
        """Return the part inside a picture of width x height; empty (w or h of 0) if it lies outside."""
        x0, y0 = min(max(self.x, 0.0), width), min(max(self.y, 0.0), height)
        x1, y1 = min(max(self.x + self.w, 0.0), width), min(max(self.y + self.h, 0.0), height)
        return Box(x0, y0, x1 - x0, y1 - y0)

    def as_list(self) -> list[float]:
        """[x, y, w, h], rounded to a tenth of a pixel."""
        return [round(float(v), 1) for v in (self.x, self.y, self.w, self.h)]


@dataclass(frozen=True, slots=True)
class Pose:
    """How a face is oriented towards the camera.

    roll: degrees in the picture's plane, in (-180, 180], positive when the head leans clockwise as the viewer sees it.
    turn: horizontal offset of the nose from the midpoint of the eyes, in distances of their outer corners; 0 for a
    frontal face, negative to the viewer's left.
    eyes: distance between the outer corners of the eyes, in geometric means of the box's sides; smaller in profile, and
    0 if the eyes cannot be made out.
    """

    roll: float
    turn: float
    eyes: float

    @property
    def is_certain(self) -> bool:
        """Whether the landmarks were reliable enough for a pose."""
        return self.eyes > 0


UNCERTAIN_POSE = Pose(roll=0.0, turn=0.0, eyes=0.0)
"""The pose of a face whose landmarks are unreliable; such a face counts as turned away."""


@dataclass(frozen=True, slots=True)
class Face:
    """One face of one picture, with the results of each stage.

    detection: confidence in [0, 1] that the box holds a face. rating: 1 to 5, or None if refused or not rated yet.
    label: one of the two names in the settings. probability: calibrated probability in [0.5, 1] that the label is
    right. age: apparent age in years. refused: why there is no rating. track: identity number within a session.
    pose: how it is oriented towards the camera.
    """

    box: Box
    detection: float
    rating: float | None = None
    label: str | None = None
    probability: float | None = None
    age: float | None = None
    refused: str | None = None
    track: int | None = None
    pose: Pose | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the face as in the file contract: plain, rounded values, ready for JSON."""

        def rounded(value: float | None, digits: int) -> float | None:
            return None if value is None else round(float(value), digits)

        return {
            "box": self.box.as_list(),
            "detection": rounded(self.detection, 4),
            "rating": rounded(self.rating, 3),
            "label": self.label,
            "probability": rounded(self.probability, 4),
            "age": rounded(self.age, 1),
            "refused": self.refused,
            "track": self.track,
        }
