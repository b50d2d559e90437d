"""Training samples for the landmark network: squares around leaning faces, and squares to be rejected.

The latter contain no face, or one that is rotated by a quarter turn or more, which a rotated pass sees better.
"""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np

from core.face import Box
from core.images.crop import FILL, Image
from core.models.pose import WINDOW_SIDE
from core.models.preprocess import PREPROCESSING
from training.data.batches import SeededBatches
from training.data.landmarks import MIRRORED, POINTS, LandmarkFace
from training.data.photometric import draw_light, relight
from training.data.pictures import load_rgb

PATCH, ROOM = 112, 1.7
"""Side of the stored patch of a face in pixels, and in sides of the network's square: it leaves room for rotation."""

EMPTY, LYING = 0.12, 0.22
"""Shares of squares without a face, and with one that leans by MIN_LYING or more."""

NOTHING = 0.5
"""Target error of the points in such squares, in distances of the outer corners of the eyes."""

MAX_LEANING, MIN_LYING = 58.0, 85.0
"""Maximum lean, in degrees, of faces whose points are learnt, and minimum lean of rejected ones; none is in between."""

LEVEL, LEANS = 0.4, 14.0
"""Share of the other faces that are nearly upright, as in the network's second pass, and the standard deviation of
their lean in degrees."""

MOVED, SIZED = 0.06, 0.09
"""Standard deviations of the square's position, in box sizes, and of the logarithm of its size."""

BADLY = 0.25
"""Share of squares that are shifted and scaled twice as much, as the box of a rotated face may be."""

COVERED = 0.2
"""Share of faces that are partly occluded."""

STRENGTH = 1.1
"""Strength of the changes of light and sharpness."""

VIEWS = 2
"""Views of each held-out face: one upright, one leaning."""


def patch_of(image: Image, box: Box) -> tuple[Image, np.ndarray]:
    """Return a wide square around a box, RGB uint8 of PATCH pixels, and the map (2, 3) from the picture's pixels to it.

    The picture's edge is replicated outside it.
    """
    scale = PATCH / (ROOM * WINDOW_SIDE * box.size)
    if scale < 1:
        size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
        small, remaining_scale = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA)), 1.0
    else:
        small, remaining_scale = image, scale
    matrix = np.array(
        [[remaining_scale, 0, PATCH / 2 - scale * box.cx], [0, remaining_scale, PATCH / 2 - scale * box.cy]]
    )
    patch = cv2.warpAffine(small, matrix, (PATCH, PATCH), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(patch), np.array([[scale, 0, matrix[0, 2]], [0, scale, matrix[1, 2]]])


def cut_turned(
    patch: Image, points: np.ndarray, degrees: float, size: float, shift: np.ndarray, mirrored: bool, side: int
) -> tuple[Image, np.ndarray]:
    """Cut a rotated and mirrored square from a patch.

    Args:
        patch: see patch_of.
        points: (5, 2), pixels of the patch.
        degrees: clockwise.
        size: of the square, in sides of the network's normal one.
        shift: of its centre, (2,), in sides of the square.
        mirrored: whether it is mirrored before it is rotated.
        side: pixels of the result.

    Returns:
        RGB uint8 (side, side, 3), and the points as the network is to predict them.
    """
    scale = side * ROOM / PATCH / size
    angle = math.radians(degrees)
    cos, sin = scale * math.cos(angle), scale * math.sin(angle)
    linear = np.array([[cos, -sin], [sin, cos]]) @ np.diag([-1.0 if mirrored else 1.0, 1.0])
    translation = side / 2 - side * shift - linear @ (PATCH / 2, PATCH / 2)
    matrix = np.concatenate([linear, translation[:, None]], 1)
    pixels = cv2.warpAffine(patch, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    if mirrored:
        points = points[list(MIRRORED)]
    return np.asarray(pixels), (points @ linear.T + translation) / side - 0.5


def occlude(rng: np.random.Generator, pixels: Image) -> Image:
    """Return the square with a rectangle of one colour over a part of it, or with one side cut off."""
    out = pixels.copy()
    side = len(out)
    if rng.random() < 0.4:
        cut = int(rng.integers(1, side // 4))
        out = np.rot90(out, quarter := int(rng.integers(4))).copy()
        out[:cut] = FILL
        return np.ascontiguousarray(np.rot90(out, -quarter))
    w, h = rng.integers(side // 8, side // 2, 2)
    x, y = rng.integers(0, side - w), rng.integers(0, side - h)
    out[y : y + h, x : x + w] = rng.integers(0, 256, 3)
    return out


def make_target(points: np.ndarray | None) -> np.ndarray:
    """Return a target (11,): the points and 1, or zeros if there is no face."""
    return np.zeros(2 * POINTS + 1, np.float32) if points is None else np.append(points.ravel(), 1).astype(np.float32)


class LandmarkBatches(SeededBatches):
    """Training batches of random squares."""

    def __init__(
        self,
        faces: list[LandmarkFace],
        empty: list[Image],
        side: int,
        preprocessing: str,
        samples: int,
        batch_size: int,
        seed: int,
    ) -> None:
        """Args:
        faces: to train on.
        empty: pictures without a face.
        side, preprocessing: of the network's input.
        """
        super().__init__(samples, batch_size, seed)
        self.side, self.preprocessing = side, preprocessing
        self.empty = empty
        self.patches: list[tuple[Image, np.ndarray]] = []
        for face in faces:
            patch, matrix = patch_of(load_rgb(face.path), face.box)
            self.patches.append((patch, face.points @ matrix[:, :2].T + matrix[:, 2]))

    def batch(self, draws: list[tuple[int, np.random.Generator]]) -> tuple[Any, ...]:
        drawn = [self.background(rng) if rng.random() < EMPTY else self.face(rng) for _, rng in draws]
        inputs = PREPROCESSING[self.preprocessing](np.stack([pixels for pixels, _ in drawn]))
        return inputs, np.stack([target for _, target in drawn])

    def face(self, rng: np.random.Generator) -> tuple[Image, np.ndarray]:
        """Return a square around a face, and its target."""
        patch, points = self.patches[rng.integers(len(self.patches))]
        lying = rng.random() < LYING
        if lying:
            degrees = rng.uniform(MIN_LYING, 360 - MIN_LYING)
        else:
            degrees = rng.normal(0, LEANS) if rng.random() < LEVEL else rng.uniform(-MAX_LEANING, MAX_LEANING)
        spread = 2.0 if rng.random() < BADLY else 1.0
        shift = np.clip(rng.normal(0, spread * MOVED, 2), -0.3, 0.3)
        size = math.exp(float(np.clip(rng.normal(0, spread * SIZED), -0.4, 0.4)))
        pixels, points = cut_turned(patch, points, degrees, size, shift, rng.random() < 0.5, self.side)
        if rng.random() < COVERED:
            pixels = occlude(rng, pixels)
        return relight(pixels, draw_light(rng, STRENGTH)), make_target(None if lying else points)

    def background(self, rng: np.random.Generator) -> tuple[Image, np.ndarray]:
        """Return a square of a picture without a face, and its target."""
        image = self.empty[rng.integers(len(self.empty))]
        shortest = min(image.shape[:2])
        size = shortest * rng.uniform(0.15, 0.9)
        middle = rng.uniform(0, 1, 2) * (image.shape[1], image.shape[0])
        matrix = np.asarray(cv2.getRotationMatrix2D(tuple(middle), rng.uniform(-180, 180), self.side / size), float)
        matrix[:, 2] += self.side / 2 - middle
        pixels = cv2.warpAffine(
            image, matrix, (self.side, self.side), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REFLECT
        )
        return relight(np.asarray(pixels), draw_light(rng, STRENGTH)), make_target(None)


class LandmarkViews(SeededBatches):
    """Fixed squares of held-out faces, each upright and leaning."""

    def __init__(self, faces: list[LandmarkFace], side: int, preprocessing: str, batch_size: int) -> None:
        """Args:
        faces: held out.
        side, preprocessing: of the network's input.
        """
        super().__init__(VIEWS * len(faces), batch_size, seed=0)
        self.preprocessing = preprocessing
        self.views: list[tuple[Image, np.ndarray]] = []
        for face in faces:
            patch, matrix = patch_of(load_rgb(face.path), face.box)
            points = face.points @ matrix[:, :2].T + matrix[:, 2]
            for view in range(VIEWS):
                rng = np.random.default_rng((len(self.views), view))
                degrees = rng.uniform(-MAX_LEANING, MAX_LEANING) if view else 0.0
                pixels, turned_points = cut_turned(
                    patch, points, degrees, 1.0, rng.normal(0, MOVED / 2, 2), False, side
                )
                self.views.append((pixels, make_target(turned_points)))

    def batch(self, draws: list[tuple[int, np.random.Generator]]) -> tuple[Any, ...]:
        chosen = [self.views[number] for number, _ in draws]
        inputs = PREPROCESSING[self.preprocessing](np.stack([pixels for pixels, _ in chosen]))
        return inputs, np.stack([target for _, target in chosen])
