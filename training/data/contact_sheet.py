"""A sample of augmented pictures on one page with their boxes, to check at a glance that these are right."""

from __future__ import annotations

import os
import zlib
from bisect import insort
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from core.images.crop import Image
from training.data.augment import Copy, save_picture
from training.errors import DataError

SUFFIXES = frozenset({".jpg", ".jpeg", ".png"})

FRAMES = {"face": (46, 204, 113), "ignored": (255, 184, 0), "negative": (231, 60, 60)}
"""RGB of a box around a face, of an ignored box, and of the border of a picture without either."""

LEGEND = {"face": "face", "ignored": "too little of it left, or ignored", "negative": "no face"}
PAPER = (250, 250, 250)
INK = (40, 40, 40)

TILE = 180
"""Side of a picture on the sheet in pixels."""

CAPTION = 18
GAP = 6
SIZE = 11
COLUMNS = 8
MAX_TILES = 48
"""Maximum number of pictures on a sheet."""

_FONT = cv2.FontFace("sans")


def text_width(text: str) -> int:
    """Width of a text in pixels."""
    return int(cv2.getTextSize((0, 0), text, (0, 0), _FONT, SIZE)[2])


def truncate_start(text: str, width: int) -> str:
    """Truncate a text at its start, with dots, to a width in pixels: its end has the number."""
    if text_width(text) <= width:
        return text
    return next((f"...{text[cut:]}" for cut in range(1, len(text)) if text_width(f"...{text[cut:]}") <= width), "")


def write_text(canvas: Image, text: str, x: int, y: int) -> None:
    """Write a small text with the left end of its baseline at (x, y); in place."""
    cv2.putText(canvas, text, (x, y), INK, _FONT, SIZE)


def tile(name: str, copy: Copy) -> Image:
    """Scale a copy to TILE x TILE with its boxes, its name below: RGB uint8 (TILE + CAPTION, TILE, 3)."""
    canvas = np.full((TILE + CAPTION, TILE, 3), PAPER, np.uint8)
    height, width = copy.image.shape[:2]
    canvas[:TILE] = cv2.resize(copy.image, (TILE, TILE), interpolation=cv2.INTER_AREA)
    picture = canvas[:TILE]
    for kind, boxes in (("ignored", copy.ignored), ("face", copy.faces)):
        for box in boxes:
            x0, x1 = (round(x * (TILE - 1) / width) for x in (box.x, box.x + box.w))
            y0, y1 = (round(y * (TILE - 1) / height) for y in (box.y, box.y + box.h))
            cv2.rectangle(picture, (x0, y0), (x1, y1), FRAMES[kind], 2)
    if copy.kind == "negative":
        cv2.rectangle(picture, (1, 1), (TILE - 2, TILE - 2), FRAMES["negative"], 4)
    write_text(canvas, truncate_start(name, TILE), 0, TILE + CAPTION - 5)
    return canvas


def arrange_tiles(tiles: Sequence[Image]) -> Image:
    """Arrange tiles of one size in rows of COLUMNS, with a legend above; RGB uint8."""
    rows = -(-len(tiles) // COLUMNS)
    height, width = TILE + CAPTION + GAP, TILE + GAP
    top = CAPTION + 2 * GAP
    canvas = np.full((top + rows * height, GAP + COLUMNS * width, 3), PAPER, np.uint8)
    x = GAP
    for kind, text in LEGEND.items():
        cv2.rectangle(canvas, (x, GAP), (x + CAPTION, GAP + CAPTION), FRAMES[kind], cv2.FILLED)
        write_text(canvas, text, x + CAPTION + GAP, GAP + CAPTION - 5)
        x += CAPTION + text_width(text) + 4 * GAP
    for number, picture in enumerate(tiles):
        y, x = top + number // COLUMNS * height, GAP + number % COLUMNS * width
        canvas[y : y + TILE + CAPTION, x : x + TILE] = picture
    return canvas


class Sample:
    """Keeps MAX_TILES of any number of copies: those whose names have the lowest checksums, whatever their order."""

    def __init__(self) -> None:
        self.kept: list[tuple[int, str, Image]] = []

    def add(self, name: str, copy: Copy) -> None:
        """Consider a copy; its name must not have been added before."""
        checksum = zlib.crc32(name.encode())
        if len(self.kept) < MAX_TILES or checksum < self.kept[-1][0]:
            insort(self.kept, (checksum, name, tile(name, copy)), key=lambda kept: kept[:2])
            del self.kept[MAX_TILES:]

    def sheet(self) -> Image:
        """Return the page, ordered by name."""
        return arrange_tiles([picture for _, name, picture in sorted(self.kept, key=lambda kept: kept[1])])


def check_sheet(path: Path) -> None:
    """Check the path of a sheet before any work is done.

    Raises:
        DataError: it has no JPEG or PNG suffix, or exists already.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise DataError(f"expected a name ending in {', '.join(sorted(SUFFIXES))} for --sheet; received {path}.")
    if os.path.lexists(path):
        raise DataError(f"expected a new file for --sheet; {path} is there already. Delete it or name another.")


def write_sheet(path: Path, sheet: Image) -> None:
    """Write a sheet as JPEG or PNG, creating its folder.

    Raises:
        DataError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_picture(path, sheet)
    except OSError as error:
        raise DataError(f"expected to write {path}; it cannot be written ({error.strerror}).") from error
