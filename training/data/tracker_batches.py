"""Training samples for FaceTracker: crops around faces, whole single-face pictures, and squares without a face."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from core.face import Box
from core.images.crop import FILL, crop, snap_to_pixels, whole_window
from core.models.preprocess import PREPROCESSING
from training.data.batches import SeededBatches
from training.data.faces import Picture
from training.data.photometric import draw_light, relight, rotate
from training.data.pictures import load_rgb
from training.data.windows import background_window, box_in_window, crop_window, whole_picture_window
from training.errors import NothingToLearnError

MIN_FACE = 26
"""Faces less than this many pixels high are no targets: enlarged, they would be too blurred."""

SHARES = {"helen": (0.35, 0.9)}
"""Minimum and maximum share of the window that a face takes, by set; Helen may have unlabelled faces further away."""

DEFAULT_SHARES = (0.16, 0.9)

CROPS, WHOLES = 0.45, 0.30
"""Shares of an epoch: crops around faces, whole single-face pictures; the rest shows no face."""

Sample = tuple[np.ndarray, tuple[float, float, float, float] | None]
"""A crop (RGB uint8) and its target (cx, cy, w, h), None if there is no face."""


def as_batch(samples: list[Sample], preprocessing: str) -> tuple[Any, ...]:
    """Return (inputs, targets, sample weights) for `fit`: the box counts only if there is a face."""
    inputs = PREPROCESSING[preprocessing](np.stack([pixels for pixels, _ in samples]))
    face = np.array([[box is not None] for _, box in samples], np.float32)
    boxes = np.array([box or (0.0, 0.0, 0.0, 0.0) for _, box in samples], np.float32)
    return inputs, {"face": face, "box": boxes}, {"face": np.ones(len(samples), np.float32), "box": face[:, 0]}


class TrackerBatches(SeededBatches):
    """Random training batches. All pictures are held in memory (about 1.2 GB for the whole of `faces`)."""

    def __init__(
        self,
        pictures: list[Picture],
        negatives: list[Path],
        side: int,
        preprocessing: str,
        samples: int,
        batch_size: int,
        seed: int,
    ) -> None:
        super().__init__(samples, batch_size, seed)
        self.side, self.preprocessing = side, preprocessing
        self.images = {picture.path: load_rgb(picture.path) for picture in pictures}
        self.empty = [load_rgb(path) for path in negatives]
        self.faces = [(picture, box) for picture in pictures for box in picture.boxes if box.h >= MIN_FACE]
        self.singles = [picture for picture in pictures if picture.single]
        self.complete = [picture for picture in pictures if picture.source != "helen"]
        if not (self.faces and self.singles and self.complete and self.empty):
            raise NothingToLearnError(
                "expected faces, single-face pictures, fully labelled pictures and negatives; received "
                f"{len(self.faces)}, {len(self.singles)}, {len(self.complete)} and {len(self.empty)}"
            )

    def batch(self, draws: list[tuple[int, np.random.Generator]]) -> tuple[Any, ...]:
        return as_batch([self.sample(rng) for _, rng in draws], self.preprocessing)

    def sample(self, rng: np.random.Generator) -> Sample:
        """Return one random augmented crop."""
        kind = rng.random()
        if kind < CROPS:
            picture, face = self.faces[rng.integers(len(self.faces))]
            image = self.images[picture.path]
            height, width = image.shape[:2]
            window = crop_window(rng, picture, face, width, height, SHARES.get(picture.source, DEFAULT_SHARES))
            return self.augment_window(rng, image, window, face) if window else self.sample(rng)
        if kind < CROPS + WHOLES:
            picture = self.singles[rng.integers(len(self.singles))]
            face = picture.boxes[0]
            image = self.images[picture.path]
            height, width = image.shape[:2]
            return self.augment_window(rng, image, whole_picture_window(rng, face, width, height), face)
        return self.without_face(rng)

    def without_face(self, rng: np.random.Generator) -> Sample:
        """Return a square without a face: background of a labelled picture, a negative, or a part of one."""
        if rng.random() < 0.35:
            picture = self.complete[rng.integers(len(self.complete))]
            image = self.images[picture.path]
            window = background_window(rng, picture, image.shape[1], image.shape[0])
            if window:
                return self.augment_window(rng, image, window, None)
        image = self.empty[rng.integers(len(self.empty))]
        window = whole_window(image.shape[1], image.shape[0])
        if rng.random() < 0.4:
            side = window.w * rng.uniform(0.35, 0.9)
            x, y = (rng.uniform(0, max(length - side, 1)) for length in (image.shape[1], image.shape[0]))
            window = Box(float(x), float(y), side, side)
        return self.augment_window(rng, image, window, None)

    def augment_window(self, rng: np.random.Generator, image: np.ndarray, window: Box, face: Box | None) -> Sample:
        """Cut, flip, rotate and relight the window, with a matching box."""
        window = snap_to_pixels(window)
        pixels = crop(image, window, self.side)
        target = box_in_window(face, window) if face else None
        if rng.random() < 0.5:
            pixels = pixels[:, ::-1]
            target = (1 - target[0], *target[1:]) if target else None
        if rng.random() < 0.3:
            centre = (target[0] * self.side, target[1] * self.side) if target else (self.side / 2, self.side / 2)
            pixels = rotate(np.ascontiguousarray(pixels), centre, float(rng.uniform(-15, 15)), FILL)
        return relight(np.ascontiguousarray(pixels), draw_light(rng, 0.8)), target


class TrackerViews(SeededBatches):
    """Fixed, unaugmented validation views: single-face pictures letterboxed whole, and negatives."""

    def __init__(
        self, pictures: list[Picture], negatives: list[Path], side: int, preprocessing: str, batch_size: int
    ) -> None:
        self.preprocessing = preprocessing
        self.views: list[Sample] = []
        for picture in pictures:
            if picture.single:
                image = load_rgb(picture.path)
                window = snap_to_pixels(whole_window(image.shape[1], image.shape[0]))
                self.views.append((crop(image, window, side), box_in_window(picture.boxes[0], window)))
        for path in negatives:
            image = load_rgb(path)
            self.views.append((crop(image, whole_window(image.shape[1], image.shape[0]), side), None))
        super().__init__(len(self.views), batch_size, seed=0)

    def batch(self, draws: list[tuple[int, np.random.Generator]]) -> tuple[Any, ...]:
        return as_batch([self.views[number] for number, _ in draws], self.preprocessing)
