"""Draws faces on a picture: `draw(image, faces) -> image`."""

from __future__ import annotations

from collections.abc import Mapping

import cv2

from core.face import Face
from core.images.crop import Image
from core.percent import percent
from core.settings import LABEL_ABOVE

ABOVE = (46, 204, 113)
BELOW = (255, 138, 76)
PLAIN = (190, 190, 190)
INK = (20, 20, 20)

_FONT = cv2.FontFace("sans")
WEIGHT = 600

AS_THEY_ARE: Mapping[str, str] = {}


def caption(face: Face, refusals: Mapping[str, str] = AS_THEY_ARE, numbered: bool = False) -> str:
    """Text drawn at a face: "Sexy 3.4 (81 %)", the reason for a refusal, or nothing.

    Args:
        face: with the results so far.
        refusals: translations of the guard's reasons, by reason; a reason that is not in it is drawn unchanged.
        numbered: whether to put the face's track number, if it has one, in front: "2 · Sexy 3.4 (81 %)".
    """
    if face.refused:
        text = refusals.get(face.refused, face.refused)
    elif face.rating is None or face.label is None or face.probability is None:
        text = ""
    else:
        text = f"{face.label} {face.rating:.1f} ({percent(face.probability)})"
    if numbered and face.track is not None:
        return f"{face.track} · {text}" if text else str(face.track)
    return text


def frame_colour(face: Face, label_above: str) -> tuple[int, int, int]:
    """RGB colour of a face's frame: one for each label, a neutral one for a face without a rating."""
    if face.refused or face.label is None:
        return PLAIN
    return ABOVE if face.label == label_above else BELOW


def draw(
    image: Image,
    faces: list[Face],
    label_above: str = LABEL_ABOVE,
    refusals: Mapping[str, str] = AS_THEY_ARE,
    numbered: bool = False,
) -> Image:
    """Return a copy of the picture with a frame and a caption at each face.

    Args:
        image: RGB uint8, shape (height, width, 3).
        faces: with boxes in pixels of this picture.
        label_above: the label that takes the first colour.
        refusals, numbered: as for caption().
    """
    canvas = image.copy()
    line, size = stroke_widths(canvas.shape[1], canvas.shape[0])
    for face in faces:
        tint = frame_colour(face, label_above)
        x, y = round(face.box.x), round(face.box.y)
        cv2.rectangle(canvas, (x, y), (round(face.box.x + face.box.w), round(face.box.y + face.box.h)), tint, line)
        text = caption(face, refusals, numbered)
        if text:
            write_caption(canvas, text, x, y, size, tint)
    return canvas


def stroke_widths(width: int, height: int) -> tuple[int, int]:
    """Line width and font size, in pixels, for a picture of this size."""
    return max(1, round(min(height, width) / 240)), max(11, round(min(height, width) / 24))


def strip_size(text: str, size: int) -> tuple[int, int]:
    """Width and height, in pixels, of the strip behind a caption."""
    pad = max(2, size // 4)
    return cv2.getTextSize((0, 0), text, (0, 0), _FONT, size, WEIGHT)[2] + 2 * pad, size + 2 * pad


def strip_corner(strip: tuple[int, int], x: int, y: int, width: int) -> tuple[int, int]:
    """Left and top of a strip above the point (x, y), or below it at the picture's top edge; width: of the picture."""
    return min(max(x, 0), max(width - strip[0], 0)), y - strip[1] if y >= strip[1] else max(y, 0)


def write_caption(canvas: Image, text: str, x: int, y: int, size: int, tint: tuple[int, int, int]) -> None:
    """Draw a caption on a filled strip above the point (x, y), or below it at the picture's top edge; in place."""
    strip = strip_size(text, size)
    left, top = strip_corner(strip, x, y, canvas.shape[1])
    cv2.rectangle(canvas, (left, top), (left + strip[0], top + strip[1]), tint, cv2.FILLED)
    pad = max(2, size // 4)
    cv2.putText(canvas, text, (left + pad, top + strip[1] - pad - size // 6), INK, _FONT, size, WEIGHT)
