"""What AgeNet learns from: face crops and, for each, how likely every age is."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from core.ages import YEARS, wide_window
from core.crop import FILL, Image, crop
from core.preprocess import PREPROCESSING
from training.data.aged import AgedFace, fold_of
from training.data.batches import SeededBatches
from training.data.faces import load_rgb
from training.data.photometric import draw_light, relight, rotate
from training.data.rating_batches import jittered

BANDS = (0, 10, 13, 16, 18, 21, 25, 30, 40, 60)
"""Ages at which a band begins; each is shown as often as any other, however few its faces."""

SPREAD = (1.5, 0.07)
"""Standard deviation of an age's label: years at least, and years a year of age."""

JITTER = 0.06
"""Spread of the training boxes' place and size, in box sizes."""

COARSE = 0.2
"""Share of crops shown as a small face would be."""

SMALLEST = 40
"""Pixels of such a face's crop, at least."""


def distribution(age: float) -> np.ndarray:
    """How likely each year is for a labelled age: a bell around it, (101,), summing to one."""
    spread = max(SPREAD[0], SPREAD[1] * age)
    bell = np.exp(-0.5 * ((YEARS - age) / spread) ** 2)
    return np.asarray(bell / bell.sum(), np.float32)


def taught(face: AgedFace, folds: int) -> np.ndarray:
    """What each network is told of a face, (folds, 101): nothing at all the one that never learns from its fold."""
    rows = np.repeat(distribution(face.age)[np.newaxis], folds, 0)
    rows[fold_of(face, folds)] = 0
    return rows


def examined(face: AgedFace, folds: int) -> np.ndarray:
    """What each network is asked of a face, (folds, 101): nothing but the one that never learnt from its fold."""
    rows = np.zeros((folds, len(YEARS)), np.float32)
    rows[fold_of(face, folds)] = distribution(face.age)
    return rows


def bands(faces: list[AgedFace]) -> list[list[int]]:
    """Indices of the faces in each band that has any."""
    found: list[list[int]] = [[] for _ in BANDS]
    for index, face in enumerate(faces):
        found[int(np.searchsorted(BANDS, face.age, side="right")) - 1].append(index)
    return [band for band in found if band]


class AgeBatches(SeededBatches):
    """Training batches: bands of age alike; crops moved, mirrored, turned, relit and some made coarse."""

    def __init__(self, faces: list[AgedFace], side: int, folds: int, samples: int, batch_size: int, seed: int) -> None:
        super().__init__(samples, batch_size, seed)
        self.faces = faces
        self.folds = folds
        self.images = [load_rgb(face.path) for face in faces]
        self.side = side
        self.bands = bands(faces)

    def batch(self, draws: list[tuple[int, np.random.Generator]]) -> tuple[Any, ...]:
        chosen = []
        for _, rng in draws:
            band = self.bands[rng.integers(len(self.bands))]
            chosen.append((band[rng.integers(len(band))], rng))
        pixels = np.stack([self.pixels(index, rng) for index, rng in chosen])
        told = np.stack([taught(self.faces[index], self.folds) for index, _ in chosen])
        return PREPROCESSING["imagenet"](pixels), told

    def pixels(self, index: int, rng: np.random.Generator) -> Image:
        """One crop, RGB uint8 (side, side, 3)."""
        window = wide_window(jittered(rng, self.faces[index].box, JITTER))
        cut = crop(self.images[index], window, self.side)
        if rng.random() < 0.5:
            cut = np.ascontiguousarray(cut[:, ::-1])
        if rng.random() < 0.5:
            cut = rotate(cut, (self.side / 2, self.side / 2), float(rng.normal(0, 8)), FILL)
        if rng.random() < COARSE:
            small = int(rng.integers(SMALLEST, self.side))
            cut = cv2.resize(cv2.resize(cut, (small, small), interpolation=cv2.INTER_AREA), (self.side, self.side))
        return relight(cut, draw_light(rng, 0.7))


class AgeViews(SeededBatches):
    """Fixed, unaugmented crops, every face once, of which only the network that never learnt from it is asked."""

    def __init__(self, faces: list[AgedFace], side: int, folds: int, batch_size: int) -> None:
        super().__init__(len(faces), batch_size, seed=0)
        self.views = [crop(load_rgb(face.path), wide_window(face.box), side) for face in faces]
        self.targets = [examined(face, folds) for face in faces]

    def batch(self, draws: list[tuple[int, np.random.Generator]]) -> tuple[Any, ...]:
        numbers = [number for number, _ in draws]
        pixels = np.stack([self.views[number] for number in numbers])
        return PREPROCESSING["imagenet"](pixels), np.stack([self.targets[number] for number in numbers])
