"""Chooses the square of a picture shown to a face tracker: pure geometry; random numbers are passed in."""

from __future__ import annotations

import numpy as np

from core.face import Box
from core.images.crop import whole_window
from training.data.faces import Picture

RIVAL_SIZE = 0.6
"""Another face with at least this share of the target's size makes a one-face target ambiguous."""

RIVAL_SEEN = 0.25
"""... if at least this share of it is inside the window."""

TRIES = 8


def competing_faces(picture: Picture, target: Box, window: Box) -> list[Box]:
    """Return the other faces in a window that are too large for the target to be its only face."""
    others = [box for box in (*picture.boxes, *picture.ignored) if box is not target]
    return [
        box
        for box in others
        if box.area >= RIVAL_SIZE**2 * target.area and box.intersection(window) >= RIVAL_SEEN * box.area
    ]


def window_around(rng: np.random.Generator, face: Box, share: float) -> Box:
    """Return a square at a random offset in which a face's longer side takes `share`, at most a tenth of it cut off."""
    longer = max(face.w, face.h)
    side = longer / share

    def start(low: float, length: float) -> float:
        slack = 0.1 * length
        first, last = low + length - side - slack, low + slack
        return float(rng.uniform(min(first, last), max(first, last)))

    return Box(start(face.x, face.w), start(face.y, face.h), side, side)


def crop_window(
    rng: np.random.Generator, picture: Picture, face: Box, width: int, height: int, shares: tuple[float, float]
) -> Box | None:
    """Return a window around one face of a picture without competing faces, or None if none was found.

    shares: minimum and maximum share of the window that the face's longer side takes, drawn log-uniformly.
    """
    low, high = np.log(shares[0]), np.log(shares[1])
    for _ in range(TRIES):
        share = float(np.exp(rng.uniform(low, high)))
        window = window_around(rng, face, share)
        if window.w > 1.3 * max(width, height):
            continue
        if not competing_faces(picture, face, window):
            return window
        low = (low + high) / 2
    return None


def whole_picture_window(rng: np.random.Generator, face: Box, width: int, height: int) -> Box:
    """Return the letterboxed whole picture, slightly shifted and zoomed, as the app shows it first."""
    window = whole_window(width, height)
    for _ in range(TRIES):
        side = window.w * rng.uniform(0.85, 1.15)
        dx, dy = rng.uniform(-0.1, 0.1, 2) * side
        moved = Box.from_centre(window.cx + dx, window.cy + dy, side, side)
        if face.intersection(moved) >= 0.9 * face.intersection(window):
            return moved
    return window


def background_window(rng: np.random.Generator, picture: Picture, width: int, height: int) -> Box | None:
    """Return a window of a picture that touches none of its faces, or None if none was found."""
    for _ in range(TRIES):
        side = float(rng.uniform(0.25, 0.7)) * min(width, height)
        window = Box(float(rng.uniform(0, width - side)), float(rng.uniform(0, height - side)), side, side)
        if all(box.intersection(window) == 0 for box in (*picture.boxes, *picture.ignored)):
            return window
    return None


def box_in_window(box: Box, window: Box) -> tuple[float, float, float, float]:
    """Return the target (cx, cy, w, h): the part of a box inside a window, as fractions of the window's side."""
    inside = Box(box.x - window.x, box.y - window.y, box.w, box.h).clip(window.w, window.h)
    return inside.cx / window.w, inside.cy / window.h, inside.w / window.w, inside.h / window.h
