"""Square windows of a picture: the one crop function that training and the app share.

A window is a square Box that may reach out of the picture; what is outside is filled with the ImageNet mean
colour, which is zero after the networks' preprocessing.
"""

from __future__ import annotations

import cv2
import numpy as np

from core.face import Box

Image = np.ndarray
"""RGB, uint8, shape (height, width, 3)."""

FILL = (124, 117, 104)
"""ImageNet mean colour, RGB."""

FACE_SIDE = 1.05
"""Side of the face window, in geometric means of the box's width and height: hairline to chin, no background."""

FACE_DROP = 0.02
"""How far the face window's centre lies below the box's centre, in box heights."""


def whole_window(width: int, height: int) -> Box:
    """The smallest square around a whole picture, centred: letterboxing, so that faces keep their shape."""
    side = max(width, height)
    return Box.from_centre(width / 2, height / 2, side, side)


def square_around(box: Box, side: float, drop: float) -> Box:
    """A square window: its side in geometric means of the box's, and how far its centre lies below, in box heights."""
    pixels = side * box.size
    return Box.from_centre(box.cx, box.cy + drop * box.h, pixels, pixels)


def face_window(box: Box) -> Box:
    """The square that a classifier sees of a face: tight, since the background gives a photo's source away."""
    return square_around(box, FACE_SIDE, FACE_DROP)


def snap_to_pixels(window: Box) -> Box:
    """The window on whole pixels that `crop` really cuts: map a network's output back through this one."""
    size = max(1, round(max(window.w, window.h)))
    return Box(round(window.cx - size / 2), round(window.cy - size / 2), size, size)


def crop(image: Image, window: Box, side: int) -> Image:
    """Cut a square window out of a picture and scale it to side x side pixels.

    Args:
        image: RGB uint8, shape (height, width, 3).
        window: square, in pixels of the image; may reach out of it.
        side: output side in pixels.

    Returns:
        RGB uint8, shape (side, side, 3). Shrinking averages areas, so that a large face does not alias.

    Raises:
        ValueError: the window is empty or the image is not (height, width, 3) uint8.
    """
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise ValueError(f"expected an RGB uint8 picture (height, width, 3); received {image.dtype} {image.shape}")
    if window.w < 1 or window.h < 1:
        raise ValueError(f"expected a window of at least 1 pixel; received {window.w:.2f} x {window.h:.2f}")
    height, width = image.shape[:2]
    square = snap_to_pixels(window)
    left, top, size = int(square.x), int(square.y), int(square.w)
    x0, y0, x1, y1 = max(left, 0), max(top, 0), min(left + size, width), min(top + size, height)
    scale = side / size
    canvas = np.empty((side, side, 3), np.uint8)
    canvas[:] = FILL
    if x1 <= x0 or y1 <= y0:
        return canvas
    # Scale only what is inside the picture and paste it: no copy of a padded picture is ever made.
    u0, v0 = round((x0 - left) * scale), round((y0 - top) * scale)
    u1, v1 = max(round((x1 - left) * scale), u0 + 1), max(round((y1 - top) * scale), v0 + 1)
    u0, v0 = min(u0, side - 1), min(v0, side - 1)
    u1, v1 = min(u1, side), min(v1, side)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    canvas[v0:v1, u0:u1] = cv2.resize(image[y0:y1, x0:x1], (u1 - u0, v1 - v0), interpolation=how)
    return canvas


def halve_to_fit(image: Image, width: int, height: int) -> tuple[Image, int]:
    """A picture halved for as long as it is at least twice too large to fit into width x height pixels.

    Halving averages two by two pixels, which takes a tenth of the time of shrinking by any other share. What is shrunk
    further from here looks the same as from the whole. An odd row or column at the end is left out.

    Args:
        image: RGB uint8, shape (height, width, 3).

    Returns:
        The picture, and how many of its pixels one of the result stands for, along a side: 1, 2, 4 ...
    """
    times = 1
    while min(width / image.shape[1], height / image.shape[0]) <= 0.5:
        down, across = image.shape[0] // 2, image.shape[1] // 2
        if not down or not across:
            break
        image = np.asarray(cv2.resize(image[: 2 * down, : 2 * across], (across, down), interpolation=cv2.INTER_AREA))
        times *= 2
    return image, times
