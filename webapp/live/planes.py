"""Draw faces directly into the YUV planes of a video frame, avoiding a conversion to RGB and back."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import av
import cv2
import numpy as np
from av.video.reformatter import ColorRange

from core.draw import caption, frame_colour, strip_corner, strip_size, stroke_widths, write_caption
from core.face import Face


def has_planes(frame: av.VideoFrame) -> bool:
    """Return whether a frame supports this: YUV 4:2:0, limited range, even sides, as nearly all video is."""
    even = frame.width % 2 == frame.height % 2 == 0
    return frame.format.name == "yuv420p" and frame.color_range != ColorRange.JPEG and even


class Planes:
    """A copy of a frame's planes: Y, and U and V at half its width and height; uint8."""

    def __init__(self, picture: np.ndarray) -> None:
        """Wrap planes. picture: Y, U and V stacked vertically, (height * 3 / 2, width); not copied."""
        self.picture = picture
        height, width = picture.shape[0] * 2 // 3, picture.shape[1]
        chroma_size, flat = height * width // 4, picture.reshape(-1)
        self.parts = (
            picture[:height],
            flat[4 * chroma_size : 5 * chroma_size].reshape(height // 2, width // 2),
            flat[5 * chroma_size :].reshape(height // 2, width // 2),
        )

    @classmethod
    def of(cls, frame: av.VideoFrame) -> Planes:
        """Copy the planes of a frame."""
        return cls(np.ascontiguousarray(frame.to_ndarray()))

    def mirror(self) -> None:
        """Mirror the picture, left to right."""
        for part in self.parts:
            part[:] = cv2.flip(part, 1)

    def draw(self, faces: list[Face], label_above: str, refusals: Mapping[str, str], numbered: bool) -> None:
        """Draw faces; see core.draw.draw()."""
        height, width = self.parts[0].shape
        line, size = stroke_widths(width, height)
        for face in faces:
            tint = frame_colour(face, label_above)
            box = face.box
            corners = [round(value) for value in (box.x, box.y, box.x + box.w, box.y + box.h)]
            for part, value, scale in zip(self.parts, shade(tint), (1, 2, 2), strict=True):
                x0, y0, x1, y1 = (corner // scale for corner in corners)
                cv2.rectangle(part, (x0, y0), (x1, y1), value, max(1, line // scale))
            text = caption(face, refusals, numbered)
            if text:
                strip = strip_size(text, size)
                left, top = strip_corner(strip, corners[0], corners[1], width)
                self._paste(written(text, size, tint), left // 2, top // 2)

    def frame(self) -> av.VideoFrame:
        """Return the planes as a video frame."""
        return av.VideoFrame.from_ndarray(self.picture, format="yuv420p")

    def _paste(self, patch: Planes, left: int, top: int) -> None:
        """Paste another picture with its top left corner at a U and V pixel, cropped at the edges."""
        for part, pasted, scale in zip(self.parts, patch.parts, (2, 1, 1), strict=True):
            region = part[top * scale :, left * scale :][: pasted.shape[0], : pasted.shape[1]]
            region[:] = pasted[: region.shape[0], : region.shape[1]]


@lru_cache(maxsize=64)
def shade(tint: tuple[int, int, int]) -> tuple[int, int, int]:
    """Return Y, U and V of an RGB colour."""
    y, u, v = (int(part[0, 0]) for part in planes_of(np.full((2, 2, 3), tint, np.uint8)).parts)
    return y, u, v


@lru_cache(maxsize=64)
def written(text: str, size: int, tint: tuple[int, int, int]) -> Planes:
    """Return a caption on its background strip; cached, as most captions stay the same between frames."""
    width, height = strip_size(text, size)
    canvas = np.full((height + 1 + (height + 1) % 2, width + 1 + (width + 1) % 2, 3), tint, np.uint8)
    write_caption(canvas, text, 0, 0, size, tint)
    return planes_of(canvas)


def planes_of(image: np.ndarray) -> Planes:
    """Convert an RGB uint8 picture with even sides, (height, width, 3)."""
    return Planes(np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2YUV_I420), np.uint8))
