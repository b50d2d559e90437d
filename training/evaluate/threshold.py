"""From which detection on a face tracker's answer counts as a face, chosen on validation pictures."""

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
"""Squares cut from each picture without a face, beside the whole: few whole ones are left for validation."""

SMALLEST = 32
"""Squares of fewer pixels a side are skipped."""

LOWEST_FACE = 40
"""Faces lower than this many pixels get no square of their own."""

SHARES = (0.15, 0.6)
"""Smallest and largest share of a square that a face's longer side takes."""

TOLERANCE = 0.005
"""Thresholds that tell this little less right than the best count as equally good."""

CANDIDATES = np.arange(0.1, 0.905, 0.01)


def cut_window(image: Image, window: Box) -> Image:
    """The pixels of a window inside the picture, as a picture of its own."""
    x, y = int(window.x), int(window.y)
    return image[y : y + int(window.h), x : x + int(window.w)]


def empty_pictures(data: Path, seed: int = 1) -> Iterator[Image]:
    """Validation pictures without a face: negatives, squares cut from them, and backgrounds of labelled pictures."""
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
    """Validation pictures with a face: those with one face, and squares around the faces of all."""
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
    """The middle of the thresholds that tell most right, or nearly so; the two kinds of pictures count alike.

    Args:
        faces: detections on pictures with a face, shape (n,). empty: on pictures without, shape (m,).
    """
    right = np.array([np.mean(faces >= t) + np.mean(empty < t) for t in CANDIDATES])
    return round(float(np.median(CANDIDATES[right >= right.max() - TOLERANCE])), 2)


def detection_threshold(tracker: FaceTracker, data: Path) -> float:
    """The threshold for a tracker, in [0.1, 0.9], whatever its card says now."""
    faces = np.array([tracker.find(image)[0] for image in face_pictures(data)])
    empty = np.array([tracker.find(image)[0] for image in empty_pictures(data)])
    return best_threshold(faces, empty)
