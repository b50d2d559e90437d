"""A real face (tests/data) in a film whose every truth is known: it moves, comes nearer, turns and shakes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from core.face import Box
from tests import faces

FPS = 30
PICTURE = 720
"""Side of the pictures in tests/data, pixels."""


@dataclass(frozen=True, slots=True)
class Take:
    """How a face moves in a film. All of it is smooth but for the shake.

    sway: of its place, pixels. near: change of its size, a share. roll: in the picture's plane, degrees. turn: to the
    side, a share of the width that foreshortens. shake: of the camera, pixels. noise: of the sensor, grey levels.
    """

    sway: float = 0.0
    near: float = 0.0
    roll: float = 0.0
    turn: float = 0.0
    shake: float = 0.0
    noise: float = 3.0


REST = Take()
MOVING = Take(sway=70, near=0.2, roll=12, turn=0.12, shake=2.5)


def placed(take: Take, seconds: float, scale: float, middle: tuple[float, float]) -> np.ndarray:
    """The homography from a portrait's pixels to the frame's at a time, (3, 3)."""
    half = PICTURE / 2
    wave = 2 * math.pi * seconds
    angle = math.radians(take.roll * math.sin(0.31 * wave))
    size = scale * (1 + take.near * math.sin(0.17 * wave))
    across = 1 - take.turn * (1 - math.cos(0.23 * wave)) / 2
    skew = take.turn * math.sin(0.23 * wave) / PICTURE
    x = middle[0] + take.sway * math.sin(0.27 * wave) + take.shake * math.sin(7.3 * wave)
    y = middle[1] + take.sway / 2 * math.sin(0.19 * wave + 1) + take.shake * math.sin(6.1 * wave + 2)
    centre = np.array([[1, 0, -half], [0, 1, -half], [0, 0, 1]])
    perspective = np.array([[across, 0, 0], [0, 1, 0], [skew, 0, 1]])
    cos, sin = size * math.cos(angle), size * math.sin(angle)
    return np.asarray(np.array([[cos, -sin, x], [sin, cos, y], [0, 0, 1]]) @ perspective @ centre)


def outline(matrix: np.ndarray, box: Box) -> Box:
    """The box around a portrait's face, an ellipse in its upright box, as a homography shows it."""
    angles = np.linspace(0, 2 * math.pi, 72, endpoint=False)
    ellipse = np.stack([box.cx + box.w / 2 * np.cos(angles), box.cy + box.h / 2 * np.sin(angles)], 1)
    points = cv2.perspectiveTransform(ellipse[np.newaxis].astype(np.float64), matrix)[0]
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    return Box(float(x0), float(y0), float(x1 - x0), float(y1 - y0))


def film(
    names: list[str], take: Take, seconds: float, width: int = 640, height: int = 480, seed: int = 0
) -> Iterator[tuple[float, np.ndarray, list[Box]]]:
    """(time, frame, true boxes) of each frame; the faces stand side by side, in the order of their names.

    Args:
        names: of pictures in tests/data.
        take: how they all move.
        seconds: length.
        width, height: of the frames, pixels; RGB uint8.
        seed: of the noise.
    """
    rng = np.random.default_rng(seed)
    pictures, boxes = [faces.load(name) for name in names], faces.truth()
    scale = min(0.62, 0.95 * width / len(names) / PICTURE) * height / 480
    for number in range(round(seconds * FPS)):
        time = number / FPS
        frame = np.full((height, width, 3), np.median(pictures[0][:40, :40].reshape(-1, 3), axis=0), np.uint8)
        truth = []
        for k, (name, picture) in enumerate(zip(names, pictures, strict=True)):
            middle = (width * (k + 0.5) / len(names), 0.55 * height)
            matrix = placed(take, time + 1.7 * k, scale, middle)
            rendered = cv2.warpPerspective(picture, matrix, (width, height), flags=cv2.INTER_AREA)
            inside = cv2.warpPerspective(np.full(picture.shape[:2], 255, np.uint8), matrix, (width, height))
            frame[inside > 250] = rendered[inside > 250]
            truth.append(outline(matrix, boxes[name]))
        noisy = frame + rng.normal(0, take.noise, frame.shape)
        yield time, np.clip(noisy, 0, 255).astype(np.uint8), truth


def warped(name: str, degrees: float) -> tuple[np.ndarray, np.ndarray]:
    """(picture, homography) of a portrait turned clockwise around its middle, RGB uint8 of the same size."""
    matrix = np.vstack([cv2.getRotationMatrix2D((PICTURE / 2, PICTURE / 2), -degrees, 1.0), [0, 0, 1]])
    picture = cv2.warpPerspective(faces.load(name), matrix, (PICTURE, PICTURE), borderMode=cv2.BORDER_REPLICATE)
    return picture, matrix
