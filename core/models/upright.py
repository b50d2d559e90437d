"""Crops of faces rotated upright, as in the networks' training data."""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2
import numpy as np

from core.face import Box, Face
from core.images.crop import FILL, Image, crop
from core.models.manifest import ModelCard

MIN_ROLL = 10.0
"""Degrees. Faces that lean less are not rotated, as in training, where most lean by a few degrees."""

ASPECT = 1.4
"""Height of an upright face's box divided by its width."""

ROOM = 1.5
"""Side of the square that is rotated, in sides of the one that is kept, so that its corners do not show."""


def standing_box(box: Box, degrees: float) -> Box:
    """Return the box that a face rotated by this many degrees would have if upright, around the same centre."""
    if degrees % 180 == 0:
        return box
    return Box.from_centre(box.cx, box.cy, box.h, box.w) if degrees % 90 == 0 else upright_box(box)


def upright_box(box: Box) -> Box:
    """Return the box that a leaning face would have if upright, around the same centre.

    A head is modelled as an ellipse. The sum of the squared sides of an ellipse's bounding box does not depend on its
    rotation.
    """
    width = math.hypot(box.w, box.h) / math.hypot(1, ASPECT)
    return Box.from_centre(box.cx, box.cy, width, ASPECT * width)


def turned_crop(image: Image, window: Box, degrees: float, side: int) -> Image:
    """Cut a rotated square so that it comes out upright.

    Args:
        image: RGB uint8, shape (height, width, 3).
        window: the square before rotation, pixels of the image.
        degrees: rotation around its centre, clockwise; quarter turns are lossless.
        side: output side in pixels.

    Returns:
        RGB uint8, shape (side, side, 3).
    """
    quarters = round(degrees / 90)
    if degrees == 90 * quarters:
        return np.ascontiguousarray(np.rot90(crop(image, window, side), quarters))
    room = round(ROOM * side)
    wide = crop(image, Box.from_centre(window.cx, window.cy, ROOM * window.w, ROOM * window.h), room)
    # From the centre of the larger square to that of the kept one; pixel centres are half a pixel in.
    matrix = cv2.getRotationMatrix2D(((room - 1) / 2, (room - 1) / 2), degrees, 1.0)
    matrix[:, 2] = matrix[:, 2] + (side - room) / 2
    turned = cv2.warpAffine(wide, matrix, (side, side), flags=cv2.INTER_LINEAR, borderValue=FILL)
    return np.asarray(turned)


def upright_window(face: Face, window_of: Callable[[Box], Box]) -> tuple[Box, float]:
    """Return (the square of the picture that a network sees, its clockwise rotation in degrees).

    A face within MIN_ROLL of a quarter turn is rotated by that quarter turn exactly.

    Args:
        face: with its pose; a face without one counts as upright.
        window_of: maps an upright face's box to the square.
    """
    roll = face.pose.roll if face.pose else 0.0
    quarters = 90.0 * round(roll / 90)
    degrees = quarters if abs(roll - quarters) < MIN_ROLL else roll
    if degrees == 0:
        return window_of(face.box), 0.0
    box = standing_box(face.box, degrees)
    window = window_of(box)
    right, down = window.cx - box.cx, window.cy - box.cy
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    middle = box.cx + cos * right - sin * down, box.cy + sin * right + cos * down
    return Box.from_centre(*middle, window.w, window.h), degrees


def upright_crop(image: Image, face: Face, window_of: Callable[[Box], Box], side: int) -> Image:
    """Cut the square that a network sees, rotated so that the face in it is upright.

    Args:
        image: RGB uint8, shape (height, width, 3).
        face: with its pose; a face without one counts as upright.
        window_of: maps an upright face's box to the square.
        side: output side in pixels.

    Returns:
        RGB uint8, shape (side, side, 3).
    """
    window, degrees = upright_window(face, window_of)
    return turned_crop(image, window, degrees, side)


def upright_looks(image: Image, face: Face, window_of: Callable[[Box], Box], card: ModelCard) -> list[Image]:
    """Return the crops that a network is run on: the face's and, if its card says so, its mirror image."""
    pixels = upright_crop(image, face, window_of, card.side)
    return [pixels, np.ascontiguousarray(pixels[:, ::-1])] if card.mirrored else [pixels]
