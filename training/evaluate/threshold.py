"""Chooses the detection threshold of a face tracker on validation pictures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from core.face import Box
from core.images.crop import Image
from core.models.detector import FaceTracker
from training.data.faces import load_faces, load_negatives
from training.data.pictures import load_rgb
from training.data.windows import background_window, crop_window

PARTS = 4
"""Squares cut from each picture without a face in addition to the whole, since there are few for validation."""

SMALLEST = 32
"""Squares with fewer pixels a side are skipped."""

LOWEST_FACE = 40
"""Faces less than this many pixels high get no square of their own."""

SHARES = (0.15, 0.6)
"""Minimum and maximum share of a square that a face's longer side takes."""

TOLERANCE = 0.005
"""Thresholds whose accuracy is within this of the best count as equally good."""

CANDIDATES = np.arange(0.1, 0.905, 0.01)


def cut_window(image: Image, window: Box) -> Image:
    """Return the pixels of a window that are inside the picture, as a picture of its own."""
    x, y = int(window.x), int(window.y)
    return image[y : y + int(window.h), x : x + int(window.w)]


def empty_pictures(data: Path, seed: int = 1) -> Iterator[Image]:
    """Yield validation pictures without a face: negatives, squares cut from them, backgrounds of labelled pictures."""
    rng = np.random.default_rng(seed)
    for path in load_negatives(data, "validation"):
        image = load_rgb(path)
        yield image
        height, width = image.shape[:2]
        for _ in range(PARTS):
            side = float(rng.uniform(0.35, 0.9)) * min(height, width)
            x, y = float(rng.uniform(0, width - side)), float(rng.uniform(0, height - side))
            if side >= SMALLEST:
                yield cut_window(image, Box(x, y, side, side))
    for picture in load_faces(data, "validation"):
        if picture.source == "helen":  # may hold faces that nobody labelled
            continue
        image = load_rgb(picture.path)
        window = background_window(rng, picture, image.shape[1], image.shape[0])
        if window and window.w >= SMALLEST:
            yield cut_window(image, window)


def face_pictures(data: Path, seed: int = 1) -> Iterator[Image]:
    """Yield validation pictures with a face: single-face pictures, and squares around the faces of all pictures."""
    rng = np.random.default_rng(seed)
    for picture in load_faces(data, "validation"):
        image = load_rgb(picture.path)
        height, width = image.shape[:2]
        if picture.single:
            yield image
        for face in picture.boxes:
            window = crop_window(rng, picture, face, width, height, SHARES) if face.h >= LOWEST_FACE else None
            if window:
                yield cut_window(image, window.clip(width, height))


def best_threshold(faces: np.ndarray, empty: np.ndarray) -> float:
    """Return the middle of the thresholds with (nearly) the best accuracy; both kinds of pictures have equal weight.

    Args:
        faces: detections on pictures with a face, shape (n,). empty: on pictures without, shape (m,).
    """
    accuracies = np.array([np.mean(faces >= t) + np.mean(empty < t) for t in CANDIDATES])
    return round(float(np.median(CANDIDATES[accuracies >= accuracies.max() - TOLERANCE])), 2)


def detection_threshold(tracker: FaceTracker, data: Path) -> float:
    """Choose the threshold for a tracker, in [0.1, 0.9], independently of its card's."""
    faces = np.array([tracker.find(image)[0] for image in face_pictures(data)])
    empty = np.array([tracker.find(image)[0] for image in empty_pictures(data)])
    return best_threshold(faces, empty)
