"""Pose: how a face is rolled and turned, from five landmarks that a network of ours finds, whichever way up it is.

The network learnt faces that lean by 58 degrees at most, and to expect large errors of all others. It looks at the
square around a box as it is and, unless that is very sure, turned by each other quarter. The surest look counts; once
more it looks at the square turned by what it saw there, unless the face stood upright. Where no look is sure, or the
last one disagrees, the pose is not told.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Protocol

import cv2
import numpy as np

from core.face import UNCERTAIN_POSE, Box, Face, Pose
from core.images.crop import FILL, Image, halve_to_fit, square_around
from core.models.litert import LiteRTModel, Runtime
from core.models.manifest import ModelCard, load_manifest, verified_path
from core.models.preprocess import PREPROCESSING
from core.models.upright import ROOM
from core.settings import ModelSettings

LANDMARKS = "landmarks"
"""The network in the manifest; its threshold is the greatest error with which its points are believed, in distances of
the outer corners of the eyes."""

WINDOW_SIDE = 1.2
"""Side of the square that the network looks at, in geometric means of the box's sides."""

LEVEL = 12.0
"""Degrees; a face that leans less is looked at once."""

VERY_SURE = 0.5
"""Share of the greatest error that is believed, up to which the first look is enough."""

AGREED = 20.0
"""Degrees that the second look, which should see an upright face, may see it lean."""


@dataclass(frozen=True, slots=True)
class Landmarks:
    """Five points of a face, and how far off they may be.

    points: (5, 2), pixels of the picture: both corners of the eye on the right of an upright face as the viewer sees
    it, the outer first, of the one on its left, and below the nose. error: expected mean distance from the true
    points, in distances of the outer corners of the eyes.
    """

    points: np.ndarray
    error: float

    @property
    def roll(self) -> float:
        """Degrees in (-180, 180], positive when the head leans clockwise as the viewer sees it."""
        right, down = self.points[0] - self.points[2]
        return math.degrees(math.atan2(down, right))


@dataclass(frozen=True, slots=True)
class FaceCrop:
    """The part of a picture around a face, made small once for all looks at it.

    square: what is looked at, pixels of the part. x, y: the part's corner in the picture. times: how many of the
    picture's pixels one of the part stands for, along a side.
    """

    image: Image
    square: Box
    x: int
    y: int
    times: int

    def to_picture(self, points: np.ndarray) -> np.ndarray:
        """Points (n, 2) of the part, in the picture."""
        return np.asarray(self.times * points + np.array([self.x, self.y]))


class PoseEstimator(Protocol):
    """Tells how faces look at the camera."""

    def pose(self, image: Image, box: Box, quarters: int = 0) -> Pose:
        """The pose of the face in a box of an RGB uint8 picture, UNCERTAIN_POSE where it cannot be told surely.

        quarters: how far it is probably turned clockwise.
        """
        ...


@dataclass(frozen=True, slots=True)
class LandmarkNet:
    """The landmark network (training.models.landmarks)."""

    model: Runtime
    card: ModelCard

    def look(self, image: Image, square: Box, degrees: float) -> Landmarks:
        """One look at a square that is turned clockwise around its middle by so many degrees; see `near`."""
        side = self.card.side
        # Pixel centres lie half a pixel in.
        matrix = np.asarray(
            cv2.getRotationMatrix2D((square.cx - 0.5, square.cy - 0.5), degrees, side / square.w), float
        )
        matrix[:, 2] += side / 2 - np.array([square.cx, square.cy])
        pixels = cv2.warpAffine(image, matrix, (side, side), flags=cv2.INTER_LINEAR, borderValue=FILL)
        (said,) = self.model(PREPROCESSING[self.card.preprocessing](pixels)).values()
        cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        points = square.w * said[:-1].astype(float).reshape(-1, 2) @ np.array([[cos, sin], [-sin, cos]])
        return Landmarks(points + np.array([square.cx, square.cy]), math.exp(min(float(said[-1]), 1.0)))

    def landmarks(self, image: Image, box: Box, quarters: int = 0) -> Landmarks | None:
        """The landmarks of the face in a box, or None where they cannot be told surely.

        Args:
            image: RGB uint8, shape (height, width, 3).
            box: of the face, Fairest's convention, pixels.
            quarters: how far it is probably turned clockwise.
        """
        near = self.near(image, box)
        seen = None if near is None else self._surest(near.image, near.square, quarters)
        return None if near is None or seen is None else replace(seen, points=near.to_picture(seen.points))

    def near(self, image: Image, box: Box) -> FaceCrop | None:
        """What `look` is to see of the face in a box; None when that is less than a pixel or outside the picture."""
        square = square_around(box, WINDOW_SIDE, 0.0)
        part = Box.from_centre(square.cx, square.cy, ROOM * square.w, ROOM * square.h).clip(*image.shape[1::-1])
        x, y = math.floor(part.x), math.floor(part.y)
        near = image[y : math.ceil(part.y + part.h), x : math.ceil(part.x + part.w)]
        if square.w < 1 or not near.size:
            return None
        room = round(ROOM * self.card.side)
        small, times = halve_to_fit(near, room, room)
        there = Box((square.x - x) / times, (square.y - y) / times, square.w / times, square.h / times)
        return FaceCrop(small, there, x, y, times)

    def _surest(self, image: Image, square: Box, quarters: int) -> Landmarks | None:
        degrees = 90.0 * quarters
        seen = self.look(image, square, degrees)
        if seen.error > VERY_SURE * self.card.threshold:
            others = {degrees + turn: self.look(image, square, degrees + turn) for turn in (90.0, 180.0, 270.0)}
            turned = min(others, key=lambda turn: others[turn].error)
            if others[turned].error < seen.error:
                degrees, seen = turned, others[turned]
        if seen.error > self.card.threshold:
            return None
        if abs(angle_difference(seen.roll, degrees)) < LEVEL:
            return seen
        again = self.look(image, square, seen.roll)
        agreed = abs(angle_difference(again.roll, seen.roll)) <= AGREED and again.error <= self.card.threshold
        return again if agreed else None

    def pose(self, image: Image, box: Box, quarters: int = 0) -> Pose:
        """See PoseEstimator."""
        seen = self.landmarks(image, box, quarters)
        return UNCERTAIN_POSE if seen is None else pose_of(seen.points, box)


def angle_difference(one: float, other: float) -> float:
    """By how many degrees one direction is ahead of another, in [-180, 180)."""
    return (one - other + 180) % 360 - 180


def pose_of(points: np.ndarray, box: Box) -> Pose:
    """The pose that landmarks (5, 2) in a box tell."""
    right, left, nose = points[0], points[2], points[4]
    across = right - left
    distance = max(float(np.hypot(*across)), 1e-6)
    middle = points[:4].mean(axis=0)
    return Pose(
        roll=math.degrees(math.atan2(across[1], across[0])),
        turn=float((nose - middle) @ across) / distance**2,
        eyes=distance / max(box.size, 1e-6),
    )


def with_poses(image: Image, faces: list[Face], landmarks: PoseEstimator, quarters: int = 0) -> list[Face]:
    """The same faces in the same order, each with its pose.

    quarters: how far they are probably turned clockwise.
    """
    return [replace(face, pose=landmarks.pose(image, face.box, quarters)) for face in faces]


def load_landmarks(settings: ModelSettings) -> LandmarkNet:
    """The landmark network.

    Raises:
        WeightsError: its file is missing or damaged. UnknownModelError: the manifest has none.
    """
    card = load_manifest(settings.weights_dir).network(LANDMARKS, "landmarks")
    # It is so small that a second thread costs more than it brings.
    return LandmarkNet(LiteRTModel(verified_path(settings.weights_dir, card), 1), card)
