"""Training samples for classifiers: tight face crops and their ratings."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.face import Box
from core.images.crop import FILL, Image, crop, face_window
from core.models.preprocess import PREPROCESSING
from training.data.batches import SeededBatches
from training.data.photometric import draw_light, relight, rotate
from training.data.pictures import load_rgb
from training.data.rated import RatedFace

JITTER = 0.05
"""Standard deviation of the training boxes' position and size, in box sizes."""

LIGHT = 0.7
"""Strength of the lighting changes (`training.data.photometric.draw_light`)."""


def rating_target(score: float) -> float:
    """Map a rating of 1 to 5 to the sigmoid's target in [0, 1]."""
    return (score - 1) / 4


def jitter_box(rng: np.random.Generator, box: Box, amount: float) -> Box:
    """Shift and resize a box at random, like a detector's errors; amount: standard deviation in box sizes."""
    dx, dy, dw, dh = rng.normal(0, amount, 4)
    scale = float(np.exp(rng.normal(0, amount)))
    return Box.from_centre(
        box.cx + dx * box.w,
        box.cy + dy * box.h,
        box.w * scale * float(np.exp(dw / 2)),
        box.h * scale * float(np.exp(dh / 2)),
    )


def jittered_crop(rng: np.random.Generator, image: Image, box: Box, side: int) -> Image:
    """Return a face's crop with a jittered box, mirrored half of the time; RGB uint8 (side, side, 3)."""
    cut = crop(image, face_window(jitter_box(rng, box, JITTER)), side)
    return np.ascontiguousarray(cut[:, ::-1] if rng.random() < 0.5 else cut)


def perturb(rng: np.random.Generator, cut: Image) -> Image:
    """Rotate a crop slightly, every other time, and change its lighting."""
    if rng.random() < 0.5:
        middle = cut.shape[0] / 2
        cut = rotate(cut, (middle, middle), float(rng.normal(0, 6)), FILL)
    return relight(cut, draw_light(rng, LIGHT))


class RatingBatches(SeededBatches):
    """Batches of face crops; with augment: jittered, flipped, rotated and relit, and shuffled each epoch."""

    def __init__(
        self, faces: list[RatedFace], side: int, preprocessing: str, batch_size: int, seed: int, augment: bool
    ) -> None:
        super().__init__(len(faces), batch_size, seed)
        self.images = [load_rgb(face.path) for face in faces]
        self.faces = faces
        self.side = side
        self.preprocessing = preprocessing
        self.augment = augment

    def batch(self, draws: list[tuple[int, np.random.Generator]]) -> tuple[Any, ...]:
        order = self.order()
        numbers = [int(order[number]) for number, _ in draws]
        pixels = [self.pixels(number, rng) for number, (_, rng) in zip(numbers, draws, strict=True)]
        scores = np.array([[rating_target(self.score(number))] for number in numbers], np.float32)
        return self.preprocess(pixels), scores

    def preprocess(self, pixels: list[np.ndarray]) -> np.ndarray:
        """Preprocess crops for the network, (n, side, side, 3)."""
        return PREPROCESSING[self.preprocessing](np.stack(pixels))

    def order(self) -> np.ndarray:
        """Return the epoch's order of the faces."""
        if not self.augment:
            return np.arange(self.samples)
        return np.random.default_rng((self.seed, self.epoch)).permutation(self.samples)

    def score(self, number: int) -> float:
        """Return one face's rating, 1 to 5."""
        return self.faces[number].score

    def pixels(self, number: int, rng: np.random.Generator) -> np.ndarray:
        """Return one crop, RGB uint8."""
        image, box = self.images[number], self.faces[number].box
        if not self.augment:
            return crop(image, face_window(box), self.side)
        return perturb(rng, jittered_crop(rng, image, box, self.side))
