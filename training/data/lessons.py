"""Views of training faces that only a teacher has rated, in any number: see `training.prepare.teach`.

A network with random initial weights needs more faces than the panels have rated. A view is an augmented face, or a
blend of two (Zhang et al., mixup, arXiv 1710.09412), which looks like a third person. The teacher rates the very pixels
that are trained on (Beyer et al., "Knowledge distillation: A good teacher is patient and consistent", arXiv
2106.05237).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from core.face import Box
from core.images.crop import Image
from core.output.files import atomic_write
from training.data.npz import read_npz
from training.data.rating_batches import jittered_crop, perturb
from training.errors import DataError

SIDE = 96
"""Side of a stored view in pixels."""

BLENDED = 0.6
"""Share of the views that are blends of two faces."""

ANEW = "Run: python -m training teach"

MIN_SHARE = 0.25
"""Minimum weight of each face in a blend."""


@dataclass(frozen=True, slots=True)
class Lessons:
    """pixels: RGB uint8, (n, SIDE, SIDE, 3). ratings: the teacher's, 1 to 5, (n,)."""

    pixels: np.ndarray
    ratings: np.ndarray

    def __len__(self) -> int:
        return len(self.ratings)


def draw_view(rng: np.random.Generator, images: Sequence[Image], boxes: Sequence[Box], side: int) -> Image:
    """Draw a view of one or two random faces, RGB uint8 (side, side, 3); images and boxes correspond."""

    def one() -> Image:
        number = int(rng.integers(len(images)))
        return jittered_crop(rng, images[number], boxes[number], side)

    view = one()
    if rng.random() < BLENDED:
        share = float(rng.uniform(MIN_SHARE, 1 - MIN_SHARE))
        view = cv2.addWeighted(view, share, one(), 1 - share, 0)
    return perturb(rng, view)


def shrink_view(view: Image) -> Image:
    """Scale a view to the stored size."""
    return cv2.resize(view, (SIDE, SIDE), interpolation=cv2.INTER_AREA)


def lessons_path(teacher: Path) -> Path:
    """Return the path of the views that belong to a teacher's file of faces."""
    return teacher.with_suffix(".npz")


def save_lessons(path: Path, lessons: Lessons) -> None:
    """Write views for load_lessons."""
    with atomic_write(path) as stream:
        np.savez(stream, pixels=lessons.pixels, ratings=lessons.ratings)


def load_lessons(path: Path) -> Lessons:
    """Read a file of save_lessons.

    Raises:
        DataError: the file is missing or holds something else. TrainingError: it is damaged.
    """
    if not path.is_file():
        raise DataError(f"expected the teacher's views in {path}; there are none. {ANEW}")
    stored = read_npz(path, ANEW)
    pixels, ratings = stored.get("pixels", np.empty(0)), stored.get("ratings", np.empty(0))
    if pixels.shape != (len(ratings), SIDE, SIDE, 3) or pixels.dtype != np.uint8 or ratings.ndim != 1:
        raise DataError(
            f"expected pixels of (n, {SIDE}, {SIDE}, 3) and n ratings in {path}; received {pixels.dtype} "
            f"{pixels.shape} and {ratings.shape}. {ANEW}"
        )
    if not np.all((ratings >= 1) & (ratings <= 5)):
        raise DataError(f"expected ratings of 1 to 5 in {path}; not all are. {ANEW}")
    return Lessons(pixels, ratings)
