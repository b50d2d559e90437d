"""Checks by appearance whether a face may still be the one that was at its place a frame ago.

Between frames, a grey thumbnail of a few pixels is kept of a face. It is compared with the next frame and replaced; it
is too small to identify anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

import cv2
import numpy as np

from core.face import Box
from core.images.crop import Image, crop, square_around

SIDE = 40
"""Side of a thumbnail in pixels."""

PLAY = 4
"""Pixels by which the content may shift in each direction: boxes are inexact, and faces move."""

WINDOW = 1.2
"""Side of the thumbnail's square, in geometric means of the box's sides: includes the outline of the head."""

BLUR = 3.0
"""Standard deviation, in pixels, of the low-pass component removed as illumination, which lamps and clouds change."""

DARK = 8.0
"""Grey levels added before taking the logarithm, so that noise in dark areas does not count."""

ALIKE, ALIKE_LATER, LATER = 0.75, 0.61, 0.2
"""Correlation below which two frames do not show the same face: for frames at the same moment, and for frames LATER
seconds apart. Measured on portraits moving in changing light: each frame correlated by 0.76 or more with the next of
its own, 1/15 s later."""

CERTAIN = 0.7
"""Correlation from which two frames certainly show the same face: in the same measurement, none of another person
reached it."""

FLAT = 1e-3
"""Standard deviation below which a thumbnail shows nothing."""


class Sameness(Enum):
    """Whether two frames show the same face. UNCERTAIN: it may have changed that much, and another may look like it."""

    SAME = auto()
    UNCERTAIN = auto()
    ANOTHER = auto()


@dataclass(frozen=True, slots=True, eq=False)
class Thumbnail:
    """A low-resolution view of a face.

    details: float32 (SIDE, SIDE), the logarithm of its grey values with illumination removed. share: side of the square
    that it shows, in widths of the frame. time: of the frame, seconds.
    """

    details: np.ndarray
    share: float
    time: float


def thumbnail(image: Image, box: Box, now: float) -> Thumbnail:
    """Make a face's thumbnail.

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
    """Return the highest correlation, in [-1, 1], of a thumbnail with a later frame at places near a box.

    The thumbnail's scale is kept, since box sizes are noisy and a face grows little within a moment. Two thumbnails
    that show nothing are alike; one that shows something and one that does not are not.
    """
    room = SIDE + 2 * PLAY
    side = max(before.share * image.shape[1] * room / SIDE, 1.0)
    around = _details(image, Box.from_centre(box.cx, box.cy, side, side), room)
    textured = float(before.details.std()) > FLAT, float(around.std()) > FLAT
    if not all(textured):
        return 0.0 if any(textured) else 1.0
    correlations = cv2.matchTemplate(around, before.details, cv2.TM_CCOEFF_NORMED)
    return float(np.clip(np.nan_to_num(correlations, nan=0.0, posinf=0.0, neginf=0.0), -1, 1).max())


def compare(before: Thumbnail, image: Image, box: Box, now: float) -> Sameness:
    """Return whether a frame shows, at a box, the same face as a thumbnail from a moment before."""
    later = min(max(now - before.time, 0.0) / LATER, 2.0)
    alike, least = likeness(before, image, box), ALIKE + later * (ALIKE_LATER - ALIKE)
    if alike < least:
        return Sameness.ANOTHER
    return Sameness.SAME if alike >= CERTAIN else Sameness.UNCERTAIN


def _details(image: Image, window: Box, side: int) -> np.ndarray:
    small = crop(image, window, side)
    grey = np.log(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32) + DARK)
    return np.asarray(grey - cv2.GaussianBlur(grey, (0, 0), BLUR))
