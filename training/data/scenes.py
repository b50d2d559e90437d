"""Places pictures with their face boxes in a scene: pure geometry; random numbers are passed in."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from core.face import Box
from core.images.crop import FILL, Image

MIN_SEEN = 0.35
"""A face with less than this share in the scene is neither a target nor background."""


@dataclass(frozen=True, slots=True)
class Scene:
    """RGB uint8 (height, width, 3) and its boxes, pixels: of faces, and those to be ignored."""

    image: Image
    boxes: tuple[Box, ...]
    ignored: tuple[Box, ...]


def transform_box(box: Box, matrix: np.ndarray) -> Box:
    """Return the axis-aligned box of a box's ellipse under an affine map (2, 3): a head is modelled as an ellipse."""
    cx, cy = matrix[:, :2] @ (box.cx, box.cy) + matrix[:, 2]
    half = np.hypot(matrix[:, 0] * box.w / 2, matrix[:, 1] * box.h / 2)
    return Box.from_centre(float(cx), float(cy), float(2 * half[0]), float(2 * half[1]))


def affine_map(
    scale: float, degrees: float, mirrored: bool, source: tuple[float, float], destination: tuple[float, float]
) -> np.ndarray:
    """Return the affine map (2, 3) that scales, rotates anticlockwise, mirrors, and maps `source` to `destination`."""
    angle = math.radians(degrees)
    cos, sin = scale * math.cos(angle), scale * math.sin(angle)
    linear = np.array([[cos, sin], [-sin, cos]]) @ np.diag([-1.0 if mirrored else 1.0, 1.0])
    return np.concatenate([linear, (np.array(destination) - linear @ source)[:, None]], 1)


def place(scene: Scene, matrix: np.ndarray, region: Box, width: int, height: int) -> Scene:
    """Place a scene in a region of an empty one of width x height by an affine map; faces are clipped."""
    scale = math.sqrt(abs(np.linalg.det(matrix[:, :2])))
    image, shrink = scene.image, 1.0
    if scale < 0.75:
        # Area averaging first, to avoid aliasing when downscaling.
        shrink = scale
        size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    canvas = np.empty((height, width, 3), np.uint8)
    canvas[:] = FILL
    x0, y0 = round(region.x), round(region.y)
    x1, y1 = round(region.x + region.w), round(region.y + region.h)
    local = np.concatenate([matrix[:, :2] / shrink, (matrix[:, 2] - (x0, y0))[:, None]], 1)
    canvas[y0:y1, x0:x1] = cv2.warpAffine(image, local, (x1 - x0, y1 - y0), flags=cv2.INTER_LINEAR, borderValue=FILL)
    boxes: list[Box] = []
    ignored: list[Box] = []
    for box in scene.boxes:
        whole_box = transform_box(box, matrix)
        visible = clip(whole_box, region)
        if visible.area > 0:
            (boxes if visible.area >= MIN_SEEN * whole_box.area else ignored).append(visible)
    ignored += [visible for box in scene.ignored if (visible := clip(transform_box(box, matrix), region)).area > 0]
    return Scene(canvas, tuple(boxes), tuple(ignored))


def clip(box: Box, region: Box) -> Box:
    """Return the part of a box inside a region."""
    inside = Box(box.x - region.x, box.y - region.y, box.w, box.h).clip(region.w, region.h)
    return Box(inside.x + region.x, inside.y + region.y, inside.w, inside.h)


def mosaic(scenes: list[Scene], regions: list[Box]) -> Scene:
    """Combine scenes of one size, each with its region filled, into one."""
    canvas = scenes[0].image.copy()
    for scene, region in zip(scenes[1:], regions[1:], strict=True):
        rows = slice(round(region.y), round(region.y + region.h))
        columns = slice(round(region.x), round(region.x + region.w))
        canvas[rows, columns] = scene.image[rows, columns]
    return Scene(
        canvas,
        tuple(box for scene in scenes for box in scene.boxes),
        tuple(box for scene in scenes for box in scene.ignored),
    )


def quarters(middle: tuple[float, float], width: int, height: int) -> list[Box]:
    """Return the four regions that meet at a point of a scene."""
    x, y = (round(value) for value in middle)
    return [Box(0, 0, x, y), Box(x, 0, width - x, y), Box(0, y, x, height - y), Box(x, y, width - x, height - y)]
