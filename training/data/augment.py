"""Augments a labelled picture: crops, flips and lighting changes, with matching boxes.

The transforms are those of Nicholas Renotte's Deep Face Detection notebook, run by albumentations (Buslaev et al.,
Information 11(2), 2020).
"""

from __future__ import annotations

import errno
import os
import random
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

# Otherwise albumentations checks for updates online when it is imported.
os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"

import albumentations

from core.face import Box
from core.images.crop import Image
from training.errors import DataError

IGNORE = "ignore"
"""The label of a box that is neither a target nor background."""

FACE_SHARE = 0.5
"""A box with at least this share left is a face: the rest then still overlaps the whole box with IoU 0.5."""

GONE_SHARE = 0.05
"""A box with less than this share left is gone: each corner outside the ellipse of a face has about this share."""

QUALITY = 95
"""JPEG quality, 0 to 100."""


@dataclass(frozen=True, slots=True)
class Source:
    """A labelled picture, RGB uint8, with its boxes in pixels, inside it, one label each.

    name: determines the randomness and the names of its copies. A box labelled IGNORE never becomes a face.
    """

    name: str
    image: Image
    boxes: tuple[Box, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Copy:
    """An augmented picture, RGB uint8 (side, side, 3), with the visible parts of its boxes, pixels.

    faces: with one label each. ignored: too little is left for a face, or labelled IGNORE.
    """

    image: Image
    faces: tuple[Box, ...]
    labels: tuple[str, ...]
    ignored: tuple[Box, ...]

    @property
    def kind(self) -> str:
        """One of "face", "ignored" (only ignored boxes) and "negative"."""
        if self.faces:
            return "face"
        return "ignored" if self.ignored else "negative"


def pipeline(side: int) -> albumentations.Compose:
    """Return the transforms in the notebook's order; boxes are x_min, y_min, x_max, y_max, relative to the picture."""
    return albumentations.Compose(
        [
            albumentations.RandomCrop(width=side, height=side),
            albumentations.HorizontalFlip(p=0.5),
            albumentations.RandomBrightnessContrast(p=0.2),
            albumentations.RandomGamma(p=0.2),
            albumentations.RGBShift(p=0.2),
            albumentations.VerticalFlip(p=0.5),
        ],
        bbox_params=albumentations.BboxParams(format="albumentations", label_fields=["class_labels"]),
    )


def enlarge(source: Source, side: int, max_megapixels: int) -> Source:
    """Upscale a source to a shorter side of at least `side`; one that is large enough is returned unchanged.

    A small picture is scaled, not padded: its boxes keep their relative size, crops still vary along the longer side,
    and there is no artificial edge that a detector could learn.

    Raises:
        DataError: it would have more than max_megapixels.
    """
    height, width = source.image.shape[:2]
    scale = side / min(width, height)
    if scale <= 1:
        return source
    wide, high = (max(side, round(length * scale)) for length in (width, height))
    if wide * high > max_megapixels * 1_000_000:
        raise DataError(
            f"expected a picture of at most {max_megapixels} megapixels once its shorter side has {side} pixels; "
            f"this one has {width} x {height} before. Crop it or choose a smaller --side."
        )
    across, down = wide / width, high / height
    boxes = tuple(Box(box.x * across, box.y * down, box.w * across, box.h * down) for box in source.boxes)
    image = cv2.resize(source.image, (wide, high), interpolation=cv2.INTER_LINEAR)
    return Source(source.name, image, boxes, source.labels)


def copy_generator(seed: int, name: str, number: int) -> np.random.Generator:
    """Return the random generator of one copy, determined by the seed (0 or more), its source's name and its number."""
    return np.random.default_rng((seed, zlib.crc32(name.encode()), number))


def augment_once(transforms: albumentations.Compose, source: Source, rng: np.random.Generator) -> Copy:
    """Make one copy.

    Args:
        transforms: from `pipeline`.
        source: no side shorter than the crop.
        rng: determines everything.
    """
    # With an integer seed, all transforms would draw the same numbers: both flips would coincide, and so would all
    # lights.
    transforms.set_random_state(rng, random.Random(int(rng.integers(2**63))))
    height, width = source.image.shape[:2]
    shares = [(b.x / width, b.y / height, (b.x + b.w) / width, (b.y + b.h) / height) for b in source.boxes]
    result = transforms(
        image=source.image,
        bboxes=np.clip(np.array(shares, np.float64).reshape(-1, 4), 0.0, 1.0),
        class_labels=list(range(len(shares))),
    )
    high, wide = result["image"].shape[:2]
    faces: list[tuple[Box, str]] = []
    ignored: list[Box] = []
    for (x0, y0, x1, y1), index in zip(result["bboxes"], result["class_labels"], strict=True):
        source_box, label = source.boxes[int(index)], source.labels[int(index)]
        box = Box(float(x0 * wide), float(y0 * high), float((x1 - x0) * wide), float((y1 - y0) * high))
        share_left = box.area / source_box.area
        if share_left < GONE_SHARE:
            continue
        if share_left < FACE_SHARE or label == IGNORE:
            ignored.append(box)
        else:
            faces.append((box, label))
    return Copy(result["image"], tuple(box for box, _ in faces), tuple(label for _, label in faces), tuple(ignored))


def make_copies(source: Source, count: int, side: int, seed: int) -> Iterator[Copy]:
    """Yield the copies of a picture; copy k depends only on the source, the side, the seed and k.

    Args:
        source: no side shorter than `side`.
        count: number of copies.
        side: of a copy, pixels.
        seed: 0 or more.
    """
    transforms = pipeline(side)
    for number in range(count):
        yield augment_once(transforms, source, copy_generator(seed, source.name, number))


def save_picture(path: Path, image: Image) -> None:
    """Write an RGB uint8 picture as JPEG or PNG, by its suffix; never overwrites a file.

    Raises:
        OSError: the file cannot be written, or exists already.
    """
    pixels = cv2.cvtColor(image, cv2.COLOR_RGB2BGR)
    options = [] if path.suffix.lower() == ".png" else [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
    _, encoded = cv2.imencode(path.suffix, pixels, options)
    if os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    path.write_bytes(encoded.tobytes())
