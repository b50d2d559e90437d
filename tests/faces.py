"""The faces in tests/data: real people (credit in tests/data/README.md), with their true boxes."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np

from core.face import Box

DATA = Path(__file__).parent / "data"
FOLDER = DATA / "faces"
ADULT = "003_08.jpg"
"""Looks well over the guard's age."""
SUREST = "021_08.jpg"
"""Looks so even in a poor picture, as cameras and networks make them."""
ADULTS = (ADULT, SUREST)
"""Both look grown up."""


def truth() -> dict[str, Box]:
    """The true box of each face, in Fairest's convention."""
    with (DATA / "faces.csv").open(newline="", encoding="utf-8") as stream:
        return {row["file"]: Box(*(float(row[key]) for key in "xywh")) for row in csv.DictReader(stream)}


def load(name: str) -> np.ndarray:
    """A face picture, RGB uint8 (720, 720, 3)."""
    picture = cv2.imread(str(FOLDER / name))
    assert picture is not None, name
    return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)


def in_frame(
    name: str, width: int = 640, height: int = 480, scale: float = 0.62, dx: int = 0
) -> tuple[np.ndarray, Box]:
    """A face picture pasted into a grey camera frame, dx pixels off its middle, and its true box there."""
    picture = load(name)
    side = round(720 * scale)
    small = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)
    # The studio background goes on to the frame's edges.
    frame = cv2.resize(picture[:40, :40], (width, height), interpolation=cv2.INTER_LINEAR)
    frame[:] = np.median(picture[:40, :40].reshape(-1, 3), axis=0).astype(np.uint8)
    x, y = (width - side) // 2 + dx, height - side
    x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + side, width), min(y + side, height)
    frame[y0:y1, x0:x1] = small[y0 - y : y1 - y, x0 - x : x1 - x]
    box = truth()[name]
    return frame, Box(box.x * scale + x, box.y * scale + y, box.w * scale, box.h * scale)


def pair_in_frame() -> tuple[np.ndarray, list[Box]]:
    """Two faces side by side in a grey camera frame, RGB uint8 (480, 640, 3), and their true boxes."""
    halves = [in_frame(name, width=320, scale=0.44) for name in ADULTS]
    boxes = [Box(box.x + 320 * number, box.y, box.w, box.h) for number, (_, box) in enumerate(halves)]
    return np.concatenate([frame for frame, _ in halves], axis=1), boxes
