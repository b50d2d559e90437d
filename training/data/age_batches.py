"""What AgeNet learns from: face crops and, for each, how likely every age is, or between which ages it lies."""

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
"""Ages at which a band begins."""

SPREAD = 2.0
"""Standard deviation of an age's label, years."""

JITTER = 0.06
"""Spread of the training boxes' place and size, in box sizes."""

WORN = 0.35
"""Share of crops that are made to look old, scanned, faded, grey, blurred, noisy or small."""

SHARES = {"utkface": 0.4, "aaf": 0.4, "fairface_decades": 0.2}
"""How often each set is drawn: the old Asian photographs of AAF are the hardest, the decades say least."""

EDGES, CUT = 0.5, 0.15
"""Share of crops whose part outside the picture repeats its edge, not the fill; and of those cut off at one side, as a
face at the edge of a frame is. What lies outside must not tell the sets apart."""


def age_distribution(age: float) -> np.ndarray:
    """How likely each year is for a labelled age: a bell around it, (101,), summing to one."""
    bell = np.exp(-0.5 * ((YEARS - age) / SPREAD) ** 2)
    return np.asarray(bell / bell.sum(), np.float32)


def age_target(face: AgedFace) -> np.ndarray:
    """What is learnt of a face, (101,): of a year its distribution, of an interval 1 for each year in it, else 0."""
    if face.exact:
        return age_distribution(face.label.low)
    return ((face.label.low <= YEARS) & (face.label.high >= YEARS)).astype(np.float32)


def draw_shares(faces: list[AgedFace]) -> np.ndarray:
    """How likely each face is to be drawn, (n,), summing to one.

    Each set has its share. In it, faces of one band of age, race and gender share what is theirs, which grows with the
    root of their number: few are shown more often than in proportion, yet not so often that they are learnt by heart.
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
    """The wide crop of a face, RGB uint8 (side, side, 3); edges: what is outside the picture repeats its edge."""
    window = wide_window(box)
    height, width = image.shape[:2]
    out = int(np.ceil(max(-window.x, -window.y, window.x + window.w - width, window.y + window.h - height, 0)))
    if edges and out:
        image = cv2.copyMakeBorder(image, out, out, out, out, cv2.BORDER_REPLICATE)
        window = Box(window.x + out, window.y + out, window.w, window.h)
    return crop(image, window, side)


def cut_off(rng: np.random.Generator, cut: Image) -> Image:
    """A crop of which up to a third is missing at one side."""
    gone = round(cut.shape[0] * rng.uniform(0.03, 0.33))
    turns = int(rng.integers(4))
    turned = np.rot90(cut, turns).copy()
    turned[:gone] = FILL
    return np.ascontiguousarray(np.rot90(turned, -turns))


class AgeBatches(SeededBatches):
    """Training batches: faces drawn by `draw_shares`; crops moved, mirrored, turned, relit, worn and cut off.

    Args:
        faces: to draw from.
        side: of the crops, pixels.
        preprocessing: a key of core.models.preprocess.PREPROCESSING.
        samples: crops in an epoch.
        batch_size: crops in a batch.
        seed: of all that is drawn.
        kinds: share of the crops, beside those worn at random, that look as one of `training.data.wear.KINDS`.
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
        """One crop, RGB uint8 (side, side, 3)."""
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
    """Fixed, unaugmented crops, every face once."""

    def __init__(self, faces: list[AgedFace], side: int, preprocessing: str, batch_size: int) -> None:
        super().__init__(len(faces), batch_size, seed=0)
        self.preprocessing = preprocessing
        self.views = [looked_at(load_rgb(face.path), face.box, side, edges=False) for face in faces]
        self.targets = [age_target(face) for face in faces]

    def batch(self, draws: list[tuple[int, np.random.Generator]]) -> tuple[Any, ...]:
        numbers = [number for number, _ in draws]
        pixels = np.stack([self.views[number] for number in numbers])
        return PREPROCESSING[self.preprocessing](pixels), np.stack([self.targets[number] for number in numbers])
