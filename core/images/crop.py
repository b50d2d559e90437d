"""Square windows of a picture: the crop function shared by training and the app.

A window is a square Box that may extend beyond the picture; the outside is filled with the ImageNet mean colour, which
is zero after the networks' preprocessing.
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
"""Distance of the face window's centre below the box's centre, in box heights."""


def whole_window(width: int, height: int) -> Box:
    """Return the smallest square around a whole picture, centred: letterboxing, so that faces keep their shape."""
    side = max(width, height)
    return Box.from_centre(width / 2, height / 2, side, side)


def square_around(box: Box, side: float, drop: float) -> Box:
    """Return a square window; side: in geometric means of the box's sides, drop: of its centre, in box heights."""
    pixels = side * box.size
    return Box.from_centre(box.cx, box.cy + drop * box.h, pixels, pixels)


def face_window(box: Box) -> Box:
    """Return the square that a classifier sees of a face: tight, since the background gives a photo's source away."""
    return square_around(box, FACE_SIDE, FACE_DROP)


def snap_to_pixels(window: Box) -> Box:
    """Return the window aligned to pixels as `crop` cuts it; use it to map a network's output back to the picture."""
    size = max(1, round(max(window.w, window.h)))
    return Box(round(window.cx - size / 2), round(window.cy - size / 2), size, size)


def crop(image: Image, window: Box, side: int) -> Image:
    """Cut a square window out of a picture and scale it to side x side pixels.

    Args:
        image: RGB uint8, shape (height, width, 3).
        window: square, in pixels of the image; may extend beyond it.
        side: output side in pixels.

    Returns:
        RGB uint8, shape (side, side, 3). Downscaling averages areas, so that a large face does not alias.

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
    # Scale only the part inside the picture and paste it, which avoids copying a padded picture.
    u0, v0 = round((x0 - left) * scale), round((y0 - top) * scale)
    u1, v1 = max(round((x1 - left) * scale), u0 + 1), max(round((y1 - top) * scale), v0 + 1)
    u0, v0 = min(u0, side - 1), min(v0, side - 1)
    u1, v1 = min(u1, side), min(v1, side)
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    canvas[v0:v1, u0:u1] = cv2.resize(image[y0:y1, x0:x1], (u1 - u0, v1 - v0), interpolation=interpolation)
    return canvas


def halve_to_fit(image: Image, width: int, height: int) -> tuple[Image, int]:
    """Halve a picture for as long as it is at least twice too large to fit into width x height pixels.

    Halving averages two by two pixels, which takes a tenth of the time of other scale factors. Downscaling the result
    further looks the same as downscaling the original. An odd row or column at the end is dropped.

    Args:
        image: RGB uint8, shape (height, width, 3).

    Returns:
        The picture, and the factor of reduction per side: 1, 2, 4 ...
    """
    times = 1
    while min(width / image.shape[1], height / image.shape[0]) <= 0.5:
        down, across = image.shape[0] // 2, image.shape[1] // 2
        if not down or not across:
            break
        image = np.asarray(cv2.resize(image[: 2 * down, : 2 * across], (across, down), interpolation=cv2.INTER_AREA))
        times *= 2
    return image, times
