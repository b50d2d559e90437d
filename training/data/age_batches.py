"""Training and validation batches of AgeNet: face crops, each with an age distribution or an age interval."""

from __future__ import annotations

from collections import Counter
from typing import Any

import cv2
import numpy as np

from core.face import Box
from core.images.crop import FILL, Image, crop
from core.models.ages import YEARS, wide_window
from core.models.preprocess import PREPROCESSING
from training.data.aged import AgedFace
from training.data.batches import SeededBatches
from training.data.photometric import draw_light, relight, rotate
from training.data.pictures import load_rgb
from training.data.rating_batches import jitter_box
from training.data.wear import draw_kind, draw_wear, wear

BANDS = (0, 10, 13, 16, 18, 21, 25, 30, 40, 60)
"""Lower bounds of the age bands, years."""

SPREAD = 2.0
"""Standard deviation of the label distribution around an age, years."""

JITTER = 0.06
"""Spread of the random shifts in the training boxes' position and size, in box sizes."""

WORN = 0.35
"""Share of crops augmented to look old, scanned, faded, grey, blurred, noisy or small."""

SHARES = {"utkface": 0.4, "aaf": 0.4, "fairface_decades": 0.2}
"""Sampling share of each set: the old Asian photographs of AAF are the hardest, the decades least informative."""

EDGES, CUT = 0.5, 0.15
"""Share of crops padded by repeating the picture's edge, not with the fill; and of those cut off at one side, like a
face at the edge of a frame. The padding must not tell the sets apart."""


def age_distribution(age: float) -> np.ndarray:
    """Return the label distribution of an age: a Gaussian over the years, (101,), summing to one."""
    bell = np.exp(-0.5 * ((YEARS - age) / SPREAD) ** 2)
    return np.asarray(bell / bell.sum(), np.float32)


def age_target(face: AgedFace) -> np.ndarray:
    """Return a face's target, (101,): the distribution of an exact age, or 1 for each year in an interval, else 0."""
    if face.exact:
        return age_distribution(face.label.low)
    return ((face.label.low <= YEARS) & (face.label.high >= YEARS)).astype(np.float32)


def draw_shares(faces: list[AgedFace]) -> np.ndarray:
    """Return the sampling probability of each face, (n,), summing to one.

    Each set has a fixed share. Within a set, the share of a group (age band, race and gender) grows with the root of
    its size: small groups are drawn more often than in proportion, but not so often that they are memorised.
    """

    def cell(face: AgedFace) -> tuple[str, int, str, str]:
        band = int(np.searchsorted(BANDS, face.age, side="right"))
        return face.label.source, band, face.label.race, face.label.gender

    counts = Counter(map(cell, faces))
    shares = np.array([counts[cell(face)] ** -0.5 for face in faces])
    sets = np.array([face.label.source for face in faces])
    for name in np.unique(sets).tolist():
        shares[sets == name] *= SHARES[name] / shares[sets == name].sum()
    return np.asarray(shares / shares.sum())


def looked_at(image: Image, box: Box, side: int, edges: bool) -> Image:
    """Return the wide crop of a face, RGB uint8 (side, side, 3). edges: pad by repeating the picture's edge."""
    window = wide_window(box)
    height, width = image.shape[:2]
    out = int(np.ceil(max(-window.x, -window.y, window.x + window.w - width, window.y + window.h - height, 0)))
    if edges and out:
        image = cv2.copyMakeBorder(image, out, out, out, out, cv2.BORDER_REPLICATE)
        window = Box(window.x + out, window.y + out, window.w, window.h)
    return crop(image, window, side)


def cut_off(rng: np.random.Generator, cut: Image) -> Image:
    """Return a crop with up to a third missing at a random side."""
    gone = round(cut.shape[0] * rng.uniform(0.03, 0.33))
    turns = int(rng.integers(4))
    turned = np.rot90(cut, turns).copy()
    turned[:gone] = FILL
    return np.ascontiguousarray(np.rot90(turned, -turns))


class AgeBatches(SeededBatches):
    """Training batches: faces drawn by `draw_shares`; crops shifted, mirrored, rotated, relit, degraded and cut off.

    Args:
        faces: the faces to draw from.
        side: of the crops, pixels.
        preprocessing: a key of core.models.preprocess.PREPROCESSING.
        samples: crops in an epoch.
        batch_size: crops in a batch.
        seed: of all random draws.
        kinds: share of crops, besides those degraded at random, that look like one of `training.data.wear.KINDS`.
    """

    def __init__(
        self,
        faces: list[AgedFace],
        side: int,
        preprocessing: str,
        samples: int,
        batch_size: int,
        seed: int,
        kinds: float = 0.0,
    ) -> None:
        super().__init__(samples, batch_size, seed)
        self.kinds = kinds
        self.preprocessing = preprocessing
        self.faces = faces
        self.images = [load_rgb(face.path) for face in faces]
        self.side = side
        self.reach = np.cumsum(draw_shares(faces))

    def batch(self, draws: list[tuple[int, np.random.Generator]]) -> tuple[Any, ...]:
        numbers = [min(int(np.searchsorted(self.reach, rng.random())), len(self.faces) - 1) for _, rng in draws]
        pixels = [self.pixels(number, rng) for number, (_, rng) in zip(numbers, draws, strict=True)]
        return PREPROCESSING[self.preprocessing](np.stack(pixels)), np.stack(
            [age_target(self.faces[n]) for n in numbers]
        )

    def pixels(self, number: int, rng: np.random.Generator) -> Image:
        """Return one augmented crop, RGB uint8 (side, side, 3)."""
        box = jitter_box(rng, self.faces[number].box, JITTER)
        cut = looked_at(self.images[number], box, self.side, edges=bool(rng.random() < EDGES))
        if rng.random() < 0.5:
            cut = np.ascontiguousarray(cut[:, ::-1])
        if rng.random() < 0.5:
            cut = rotate(cut, (self.side / 2, self.side / 2), float(rng.normal(0, 8)), FILL)
        cut = relight(cut, draw_light(rng, 0.7))
        worn = rng.random()
        if worn < WORN:
            cut = wear(rng, cut, draw_wear(rng))
        elif worn < WORN + self.kinds:
            cut = wear(rng, cut, draw_kind(rng, self.side))
        return cut_off(rng, cut) if rng.random() < CUT else cut


class AgeViews(SeededBatches):
    """Validation batches: fixed crops without augmentation, each face once."""

    def __init__(self, faces: list[AgedFace], side: int, preprocessing: str, batch_size: int) -> None:
        super().__init__(len(faces), batch_size, seed=0)
        self.preprocessing = preprocessing
        self.views = [looked_at(load_rgb(face.path), face.box, side, edges=False) for face in faces]
        self.targets = [age_target(face) for face in faces]

    def batch(self, draws: list[tuple[int, np.random.Generator]]) -> tuple[Any, ...]:
        numbers = [number for number, _ in draws]
        pixels = np.stack([self.views[number] for number in numbers])
        return PREPROCESSING[self.preprocessing](pixels), np.stack([self.targets[number] for number in numbers])
