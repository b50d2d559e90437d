"""Continuity: whether a face is, by its looks, still the one that was at that place a frame ago.

What is kept of a face from one frame to the next is a grey thumbnail of a few pixels. It is compared with the next
frame and replaced; nobody could be told by it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from core.face import Box
from core.images.crop import Image, crop, square_around

SIDE = 40
"""Pixels of a thumbnail's side."""

PLAY = 4
"""Pixels by which what it shows may have moved on every side: a box is not exact, and a face moves."""

WINDOW = 1.2
"""Side of the square that it shows, in geometric means of the box's sides: with the outline of the head."""

BLUR = 3.0
"""Standard deviation, pixels, of what is taken off as light, which changes when a lamp goes on or a cloud passes."""

DARK = 8.0
"""Grey levels that are added before the logarithm is taken, for the noise of the darkest not to count."""

ALIKE, ALIKE_LATER, LATER = 0.75, 0.61, 0.2
"""Correlation below which two frames at one moment do not show one face; and so many seconds apart. Of portraits that
move in changing light, no frame was as like another person's as 0.7, and each was like the next of its own, 1/15 s
later, by 0.76 or more."""

FLAT = 1e-3
"""Standard deviation below which a thumbnail shows nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Thumbnail:
    """A face at a glance.

    details: float32 (SIDE, SIDE), the logarithm of its grey without light and shade. share: side of the square that it
    shows, in widths of the frame. time: of the frame, seconds.
    """

    details: np.ndarray
    share: float
    time: float


def thumbnail(image: Image, box: Box, now: float) -> Thumbnail:
    """A face at a glance.

    Args:
        image: RGB uint8, shape (height, width, 3).
        box: of the face, Fairest's convention.
        now: the frame's time, seconds.
    """
    # A box may be empty; a window may not.
    window = square_around(box, WINDOW, 0.0)
    window = Box.from_centre(window.cx, window.cy, max(window.w, 1.0), max(window.h, 1.0))
    return Thumbnail(_details(image, window, SIDE), window.w / image.shape[1], now)


def likeness(before: Thumbnail, image: Image, box: Box) -> float:
    """The correlation of a thumbnail with a later frame, in [-1, 1], at the place near a box where it is highest.

    It is looked for at its own size: that of a box wavers, and in a moment a face grows little. Where both show nothing
    they are alike, where one does they are not.
    """
    room = SIDE + 2 * PLAY
    side = max(before.share * image.shape[1] * room / SIDE, 1.0)
    around = _details(image, Box.from_centre(box.cx, box.cy, side, side), room)
    shown = float(before.details.std()) > FLAT, float(around.std()) > FLAT
    if not all(shown):
        return 0.0 if any(shown) else 1.0
    found = cv2.matchTemplate(around, before.details, cv2.TM_CCOEFF_NORMED)
    return float(np.clip(np.nan_to_num(found, nan=0.0, posinf=0.0, neginf=0.0), -1, 1).max())


def may_be_same_face(before: Thumbnail, image: Image, box: Box, now: float) -> bool:
    """Whether a frame may show, at a box, the face of a thumbnail from a moment before."""
    later = min(max(now - before.time, 0.0) / LATER, 2.0)
    return likeness(before, image, box) >= ALIKE + later * (ALIKE_LATER - ALIKE)


def _details(image: Image, window: Box, side: int) -> np.ndarray:
    small = crop(image, window, side)
    grey = np.log(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32) + DARK)
    return np.asarray(grey - cv2.GaussianBlur(grey, (0, 0), BLUR))
