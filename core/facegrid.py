"""FaceGrid: one look at the whole picture finds every face.

The network says of each cell of three grids, 8, 16 and 32 pixels wide, whether a face's middle lies in it and how far
the face reaches to each side (Tian et al., FCOS, ICCV 2019, arXiv 1904.01355). No anchors; overlapping boxes are
thinned out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from core.crop import FILL, Image
from core.face import Box, Face
from core.preprocess import PREPROCESSING
from core.runtime import Runs
from core.weights import ModelCard

STRIDES = (8, 16, 32)
OVERLAP = 0.45
"""IoU above which the less certain of two boxes is dropped."""

MOST = 200
"""Faces of a picture."""

LARGEST = 6.0
"""Logarithm of the largest reach, in strides; what the network says beyond is cut off."""


@lru_cache(maxsize=8)
def cells(height: int, width: int) -> np.ndarray:
    """Centre x, centre y and stride, pixels, of every cell of a picture whose sides are divisible by 32; (n, 3).

    Row by row, the finest grid first: the order of the network's output.
    """
    grids = []
    for stride in STRIDES:
        y, x = np.meshgrid(np.arange(height // stride), np.arange(width // stride), indexing="ij")
        centres = (np.stack([x.ravel(), y.ravel()], 1) + 0.5) * stride
        grids.append(np.concatenate([centres, np.full((len(centres), 1), stride)], 1))
    return np.concatenate(grids).astype(np.float32)


def corners(outputs: np.ndarray, where: np.ndarray) -> np.ndarray:
    """(n, 4) logarithms of left, top, right and bottom reach, in strides, and (n, 3) cells to (n, 4) x0, y0, x1, y1."""
    reach = np.exp(np.clip(outputs, -LARGEST, LARGEST)) * where[:, 2:]
    return np.concatenate([where[:, :2] - reach[:, :2], where[:, :2] + reach[:, 2:]], 1)


def thinned(boxes: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Indices of the boxes (n, 4) x0, y0, x1, y1 that no more certain one overlaps, the most certain first."""
    sides = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], 1)
    kept = cv2.dnn.NMSBoxes(sides.tolist(), scores.tolist(), 0.0, OVERLAP)
    return np.asarray(kept, int).reshape(-1)[:MOST]


def fitting(image: Image, width: int, height: int) -> float:
    """The scale at which a picture fits into width x height pixels."""
    return float(min(width / image.shape[1], height / image.shape[0]))


def letterboxed(image: Image, width: int, height: int) -> tuple[Image, float]:
    """A picture scaled to fit the top left corner of width x height pixels, and its scale; the rest is filled."""
    scale = fitting(image, width, height)
    size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    scaled = image if scale == 1 else cv2.resize(image, size, interpolation=how)
    if size == (width, height):
        return scaled, scale
    canvas = np.empty((height, width, 3), np.uint8)
    canvas[:] = FILL
    canvas[: size[1], : size[0]] = scaled
    return canvas, scale


@dataclass(frozen=True, slots=True)
class FaceGrid:
    """MobileNetV2 with three grids: every face of a picture, in one look at the whole, scaled to fit."""

    model: Runs
    card: ModelCard

    @property
    def name(self) -> str:
        """The model's name in the manifest."""
        return self.card.name

    def detect(self, image: Image) -> list[Face]:
        """See core.detect.Detector."""
        threshold = self.card.threshold
        width, height = self.card.side, self.card.height or self.card.side
        pixels, scale = letterboxed(image, width, height)
        outputs = self.model(PREPROCESSING[self.card.preprocessing](pixels))
        logits = outputs["face"][:, 0].astype(np.float64)
        seen = logits > np.log(threshold / (1 - threshold))
        if not seen.any():
            return []
        scores = 1 / (1 + np.exp(-logits[seen]))
        boxes = corners(outputs["box"][seen], cells(height, width)[seen]) / scale
        faces = []
        for index in thinned(boxes, scores):
            x0, y0, x1, y1 = (float(value) for value in boxes[index])
            box = Box(x0, y0, x1 - x0, y1 - y0).clip(image.shape[1], image.shape[0])
            if box.w >= 1 and box.h >= 1:
                faces.append(Face(box, float(scores[index])))
        return faces


FINE_LARGEST, COARSE_LEAST = 240.0, 160.0
"""Sizes of faces in the fine look, pixels: the largest that it is believed, as the network learnt none much larger, and
the least from which the coarse look is asked."""


@dataclass(frozen=True, slots=True)
class FineFaceGrid:
    """Two looks at the same picture: a fine one for small faces, a coarse one for those too large for it."""

    coarse: FaceGrid
    fine: FaceGrid

    @property
    def name(self) -> str:
        """The model's name in the manifest."""
        return self.fine.name

    @property
    def card(self) -> ModelCard:
        """That of the fine look."""
        return self.fine.card

    def detect(self, image: Image) -> list[Face]:
        """See core.detect.Detector."""
        scale = fitting(image, self.card.side, self.card.height or self.card.side)
        faces = [face for face in self.fine.detect(image) if face.box.size * scale <= FINE_LARGEST]
        faces += [face for face in self.coarse.detect(image) if face.box.size * scale >= COARSE_LEAST]
        if not faces:
            return []
        boxes = np.array([(face.box.x, face.box.y, face.box.x + face.box.w, face.box.y + face.box.h) for face in faces])
        return [faces[index] for index in thinned(boxes, np.array([face.detection for face in faces]))]
