"""Estimates how a face is rolled and turned, from five landmarks found by Fairest's own network, at any rotation.

The network was trained on faces that lean by 58 degrees at most, and to predict large errors for all others. It sees
the square around a box unrotated and, unless the result is very reliable, rotated by each other quarter turn. The most
reliable result is kept and, unless the face is upright, checked on the square rotated by the roll that was found. If no
result is reliable, or the last one disagrees, the pose is uncertain.
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
"""Name of the network in the manifest; its threshold is the highest predicted error at which its points are accepted,
in distances of the outer corners of the eyes."""

WINDOW_SIDE = 1.2
"""Side of the square that the network sees, in geometric means of the box's sides."""

LEVEL = 12.0
"""Degrees; a face that leans less needs no second pass."""

VERY_SURE = 0.5
"""Share of the highest accepted error up to which the first pass is enough."""

AGREED = 20.0
"""Maximum lean, in degrees, in the second pass, which should see an upright face."""


@dataclass(frozen=True, slots=True)
class Landmarks:
    """Five landmarks of a face and their predicted error.

    points: (5, 2), pixels of the picture: for an upright face, both corners of the eye on the right as the viewer sees
    it, outer one first, those of the eye on the left, and the point below the nose. error: expected mean distance from
    the true points, in distances of the outer corners of the eyes.
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
    """The part of a picture around a face, reduced once for all passes.

    square: the network's window, in pixels of the part. x, y: the part's corner in the picture. times: the factor of
    reduction per side.
    """

    image: Image
    square: Box
    x: int
    y: int
    times: int

    def to_picture(self, points: np.ndarray) -> np.ndarray:
        """Map points (n, 2) of the part to the picture."""
        return np.asarray(self.times * points + np.array([self.x, self.y]))


class PoseEstimator(Protocol):
    """Estimates how faces are oriented towards the camera."""

    def pose(self, image: Image, box: Box, quarters: int = 0) -> Pose:
        """Estimate the pose of the face in a box of an RGB uint8 picture; UNCERTAIN_POSE if the result is unreliable.

        quarters: the clockwise quarter turns by which it is probably rotated.
        """
        ...


@dataclass(frozen=True, slots=True)
class LandmarkNet:
    """The landmark network (training.models.landmarks)."""

    model: Runtime
    card: ModelCard

    def look(self, image: Image, square: Box, degrees: float) -> Landmarks:
        """Run the network once on a square rotated clockwise around its centre by this many degrees; see `near`."""
        side = self.card.side
        # Pixel centres are half a pixel in.
        matrix = np.asarray(
            cv2.getRotationMatrix2D((square.cx - 0.5, square.cy - 0.5), degrees, side / square.w), float
        )
        matrix[:, 2] += side / 2 - np.array([square.cx, square.cy])
        pixels = cv2.warpAffine(image, matrix, (side, side), flags=cv2.INTER_LINEAR, borderValue=FILL)
        (outputs,) = self.model(PREPROCESSING[self.card.preprocessing](pixels)).values()
        cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
        points = square.w * outputs[:-1].astype(float).reshape(-1, 2) @ np.array([[cos, sin], [-sin, cos]])
        return Landmarks(points + np.array([square.cx, square.cy]), math.exp(min(float(outputs[-1]), 1.0)))

    def landmarks(self, image: Image, box: Box, quarters: int = 0) -> Landmarks | None:
        """Return the landmarks of the face in a box, or None if they are unreliable.

        Args:
            image: RGB uint8, shape (height, width, 3).
            box: of the face, in Fairest's convention, pixels.
            quarters: the clockwise quarter turns by which it is probably rotated.
        """
        near = self.near(image, box)
        seen = None if near is None else self._surest(near.image, near.square, quarters)
        return None if near is None or seen is None else replace(seen, points=near.to_picture(seen.points))

    def near(self, image: Image, box: Box) -> FaceCrop | None:
        """Prepare the input of `look` for a box; None if the box is under a pixel in size or outside the picture."""
        square = square_around(box, WINDOW_SIDE, 0.0)
        part = Box.from_centre(square.cx, square.cy, ROOM * square.w, ROOM * square.h).clip(*image.shape[1::-1])
        x, y = math.floor(part.x), math.floor(part.y)
        near = image[y : math.ceil(part.y + part.h), x : math.ceil(part.x + part.w)]
        if square.w < 1 or not near.size:
            return None
        room = round(ROOM * self.card.side)
        small, times = halve_to_fit(near, room, room)
        reduced_square = Box((square.x - x) / times, (square.y - y) / times, square.w / times, square.h / times)
        return FaceCrop(small, reduced_square, x, y, times)

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
        second_look = self.look(image, square, seen.roll)
        agreed = (
            abs(angle_difference(second_look.roll, seen.roll)) <= AGREED and second_look.error <= self.card.threshold
        )
        return second_look if agreed else None

    def pose(self, image: Image, box: Box, quarters: int = 0) -> Pose:
        """Estimate the pose of the face in a box; UNCERTAIN_POSE if the landmarks are unreliable."""
        seen = self.landmarks(image, box, quarters)
        return UNCERTAIN_POSE if seen is None else pose_of(seen.points, box)


def angle_difference(direction: float, reference: float) -> float:
    """Degrees by which one direction is ahead of another, in [-180, 180)."""
    return (direction - reference + 180) % 360 - 180


def pose_of(points: np.ndarray, box: Box) -> Pose:
    """Compute the pose from the landmarks (5, 2) of the face in a box."""
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
    """Return the same faces in the same order, each with its pose.

    quarters: the clockwise quarter turns by which they are probably rotated.
    """
    return [replace(face, pose=landmarks.pose(image, face.box, quarters)) for face in faces]


def load_landmarks(settings: ModelSettings) -> LandmarkNet:
    """Load the landmark network.

    Raises:
        WeightsError: its file is missing or damaged. UnknownModelError: the manifest has none.
    """
    card = load_manifest(settings.weights_dir).network(LANDMARKS, "landmarks")
    # It is so small that a second thread costs more than it gains.
    return LandmarkNet(LiteRTModel(verified_path(settings.weights_dir, card), 1), card)
