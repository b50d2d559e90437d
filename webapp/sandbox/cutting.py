"""Output pictures: draw and downscale pictures, crop faces. JPEGs without metadata."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import cv2
import numpy as np

from core.draw import draw
from core.face import Box, Face
from core.images.crop import Image, halve_to_fit

SHOWN_SIDE = 1280
"""Longest side of a drawn picture, pixels."""
SHOWN_QUALITY = 88

PATCH_SIDE = 640
"""Longest side of a patch, pixels."""
PATCH_QUALITY = 95
SURROUNDINGS = 2.0
"""Side of the square around a face that a patch shows, as a multiple of its box's longer side."""


def reduced(image: Image, longest: int) -> tuple[Image, float, float]:
    """Downscale a picture to at most `longest` pixels; return it with its horizontal and vertical scale.

    A smaller picture is returned unchanged.
    """
    height, width = image.shape[:2]
    scale = longest / max(width, height)
    if scale >= 1:
        return image, 1.0, 1.0
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small, _ = halve_to_fit(image, *size)
    return np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_AREA)), size[0] / width, size[1] / height


def scaled(box: Box, across: float, down: float) -> Box:
    """Return the box in a picture scaled by these factors."""
    return Box(box.x * across, box.y * down, box.w * across, box.h * down)


def jpeg(image: Image, quality: int) -> bytes:
    """Encode an RGB uint8 picture, of at most 65,500 pixels a side, as a JPEG."""
    _, data = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return data.tobytes()


def draw_faces(image: Image, faces: list[Face], label_above: str, refusals: Mapping[str, str]) -> bytes:
    """Return the downscaled picture with its faces framed, as a JPEG.

    Args:
        image: RGB uint8, shape (height, width, 3).
        faces: with boxes in pixels of this picture.
        label_above, refusals: see core.draw.draw.
    """
    small, across, down = reduced(image, SHOWN_SIDE)
    scaled_faces = [replace(face, box=scaled(face.box, across, down)) for face in faces]
    return jpeg(draw(small, scaled_faces, label_above, refusals), SHOWN_QUALITY)


def patch(image: Image, box: Box) -> tuple[bytes, Box]:
    """Return a face with its surroundings as a JPEG, and its box in pixels of that.

    Args:
        image: RGB uint8, shape (height, width, 3).
        box: inside it.
    """
    height, width = image.shape[:2]
    side = SURROUNDINGS * max(box.w, box.h)
    window = Box.from_centre(box.cx, box.cy, side, side).clip(width, height)
    x0, y0 = min(int(window.x), width - 1), min(int(window.y), height - 1)
    x1, y1 = max(round(window.x + window.w), x0 + 1), max(round(window.y + window.h), y0 + 1)
    small, across, down = reduced(image[y0:y1, x0:x1], PATCH_SIDE)
    local = Box(box.x - x0, box.y - y0, box.w, box.h)
    return jpeg(small, PATCH_QUALITY), scaled(local, across, down)
