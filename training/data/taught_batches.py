"""Batches of rated faces and of a teacher's views, shuffled together each epoch."""

from __future__ import annotations

import cv2
import numpy as np

from training.data.lessons import Lessons
from training.data.rated import RatedFace
from training.data.rating_batches import RatingBatches


class TaughtBatches(RatingBatches):
    """Training batches: faces are numbered first, then the views, which are only mirrored."""

    def __init__(
        self, faces: list[RatedFace], lessons: Lessons, side: int, preprocessing: str, batch_size: int, seed: int
    ) -> None:
        super().__init__(faces, side, preprocessing, batch_size, seed, augment=True)
        self.lessons = lessons
        self.samples += len(lessons)

    def score(self, number: int) -> float:
        """Return one face's or view's rating, 1 to 5."""
        if number < len(self.faces):
            return super().score(number)
        return float(self.lessons.ratings[number - len(self.faces)])

    def pixels(self, number: int, rng: np.random.Generator) -> np.ndarray:
        """Return one crop or view, RGB uint8."""
        if number < len(self.faces):
            return super().pixels(number, rng)
        view: np.ndarray = self.lessons.pixels[number - len(self.faces)]
        if rng.random() < 0.5:
            view = np.ascontiguousarray(view[:, ::-1])
        how = cv2.INTER_AREA if self.side < view.shape[0] else cv2.INTER_LINEAR
        return view if self.side == view.shape[0] else cv2.resize(view, (self.side, self.side), interpolation=how)
