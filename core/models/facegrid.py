"""FaceGrid: one look at the whole picture finds every face.

The network says of each cell of three grids, 8, 16 and 32 pixels wide, whether a face's middle lies in it and how far
the face reaches to each side (Tian et al., FCOS, ICCV 2019, arXiv 1904.01355). No anchors; overlapping boxes are
thinned out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np

from core.face import Box, Face
from core.images.crop import FILL, Image, halve_to_fit
from core.models.litert import Runtime
from core.models.manifest import ModelCard
from core.models.preprocess import PREPROCESSING

STRIDES = (8, 16, 32)
OVERLAP = 0.45
"""IoU above which the less certain of two boxes is dropped."""

MAX_FACES = 200
"""Faces of a picture."""

LARGEST = 6.0
"""Logarithm of the largest reach, in strides; what the network says beyond is cut off."""


@lru_cache(maxsize=8)
def cell_centres(height: int, width: int) -> np.ndarray:
    """Centre x, centre y and stride, pixels, of every cell of a picture whose sides are divisible by 32; (n, 3).

    Row by row, the finest grid first: the order of the network's output.
    """
    grids = []
    for stride in STRIDES:
        y, x = np.meshgrid(np.arange(height // stride), np.arange(width // stride), indexing="ij")
        centres = (np.stack([x.ravel(), y.ravel()], 1) + 0.5) * stride
        grids.append(np.concatenate([centres, np.full((len(centres), 1), stride)], 1))
    return np.concatenate(grids).astype(np.float32)


def decode_boxes(outputs: np.ndarray, where: np.ndarray) -> np.ndarray:
    """(n, 4) logarithms of left, top, right and bottom reach, in strides, and (n, 3) cells to (n, 4) x0, y0, x1, y1."""
    reach = np.exp(np.clip(outputs, -LARGEST, LARGEST)) * where[:, 2:]
    return np.concatenate([where[:, :2] - reach[:, :2], where[:, :2] + reach[:, 2:]], 1)


def nms(boxes: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Indices of the boxes (n, 4) x0, y0, x1, y1 that no more certain one overlaps, the most certain first."""
    sides = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], 1)
    kept = cv2.dnn.NMSBoxes(sides.tolist(), scores.tolist(), 0.0, OVERLAP)
    return np.asarray(kept, int).reshape(-1)[:MAX_FACES]


def fitting_scale(image: Image, width: int, height: int) -> float:
    """The scale at which a picture fits into width x height pixels."""
    return float(min(width / image.shape[1], height / image.shape[0]))


def scaled_to_fit(image: Image, width: int, height: int, share: float = 1.0) -> tuple[Image, float]:
    """A picture scaled so that it just fits into width x height pixels, and its scale.

    Args:
        share: of that scale.
    """
    scale = share * fitting_scale(image, width, height)
    size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return image if scale == 1 else np.asarray(cv2.resize(image, size, interpolation=how)), scale


def letterbox(image: Image, width: int, height: int, share: float = 1.0) -> tuple[Image, float]:
    """The same in the top left corner of width x height pixels, the rest filled; see scaled_to_fit."""
    scaled, scale = scaled_to_fit(image, width, height, share)
    if scaled.shape[:2] == (height, width):
        return scaled, scale
    canvas = np.empty((height, width, 3), np.uint8)
    canvas[:] = FILL
    canvas[: scaled.shape[0], : scaled.shape[1]] = scaled
    return canvas, scale


FAR, MIN_FAR_SIZE = 0.5, 90.0
"""The share of its scale at which a picture is looked at from afar, and the least size of a face, pixels of that look,
that counts there: the network learnt none much larger than 260, and a face may fill the picture."""

SURE = 0.7
"""A detection from which a picture is not looked at from afar, which costs as much as the first look; and the least
of a face that is seen there, as so large a one is seen well."""

INSIDE = 0.8
"""A face of which this share lies in a surer one seen from afar is a part of that: too close, parts look like faces."""


@dataclass(frozen=True, slots=True)
class FaceGrid:
    """MobileNetV2 with three grids: every face of a picture, in one look at the whole, scaled to fit.

    A picture in which it sees none surely is looked at again, from afar: a face may be too large for the first look.
    """

    model: Runtime
    card: ModelCard

    @property
    def name(self) -> str:
        """The model's name in the manifest."""
        return self.card.name

    def detect(self, image: Image) -> list[Face]:
        """See core.models.detector.Detector."""
        faces, best = self.look(image)
        return faces if best >= SURE else with_far(faces, self.look_from_afar(image))

    def look_from_afar(self, image: Image) -> list[Face]:
        """Faces too large for the network, seen in the picture made small."""
        share = FAR * fitting_scale(image, self.width, self.height)
        return [
            face
            for face in self.look(image, FAR)[0]
            if face.box.size * share >= MIN_FAR_SIZE and face.detection >= SURE
        ]

    @property
    def width(self) -> int:
        """Of what the network looks at, pixels."""
        return self.card.side

    @property
    def height(self) -> int:
        """Of what the network looks at, pixels."""
        return self.card.height or self.card.side

    def look(self, image: Image, share: float = 1.0) -> tuple[list[Face], float]:
        """The faces of a picture at a share of the scale at which it fits, and the surest detection of all cells."""
        pixels, scale = letterbox(image, self.width, self.height, share)
        outputs = self.model(PREPROCESSING[self.card.preprocessing](pixels))
        scores = 1 / (1 + np.exp(-outputs["face"][:, 0].astype(np.float64)))
        seen = scores > self.card.threshold
        boxes = decode_boxes(outputs["box"][seen], cell_centres(self.height, self.width)[seen]) / scale
        faces = []
        for index in nms(boxes, scores[seen]):
            x0, y0, x1, y1 = (float(value) for value in boxes[index])
            box = Box(x0, y0, x1 - x0, y1 - y0).clip(image.shape[1], image.shape[0])
            if box.w >= 1 and box.h >= 1:
                faces.append(Face(box, float(scores[seen][index])))
        return faces, float(scores.max())


def merge_faces(faces: list[Face]) -> list[Face]:
    """Faces of several looks at a picture, each once, the surest first."""
    boxes = [(face.box.x, face.box.y, face.box.x + face.box.w, face.box.y + face.box.h) for face in faces]
    return [faces[index] for index in nms(np.array(boxes).reshape(-1, 4), np.array([f.detection for f in faces]))]


def with_far(faces: list[Face], far: list[Face]) -> list[Face]:
    """Faces of closer looks and those seen from afar, without parts of the latter."""

    def part(face: Face, whole: Face) -> bool:
        return face.detection < whole.detection and face.box.intersection(whole.box) > INSIDE * face.box.area

    return merge_faces([face for face in faces if not any(part(face, whole) for whole in far)] + far)


MAX_FINE_SIZE, MIN_COARSE_SIZE = 240.0, 160.0
"""Sizes of faces in the fine look, pixels: the largest that it is believed, as the network learnt none much larger, and
the least from which the coarse look is asked."""


@dataclass(frozen=True, slots=True)
class FineFaceGrid:
    """Three looks at the same picture: a fine one for small faces, a coarse one and one from afar for larger ones."""

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
        """See core.models.detector.Detector."""
        small, times = halve_to_fit(image, self.fine.width, self.fine.height)
        faces = self._seen(small)
        if times == 1:
            return faces
        return [
            replace(face, box=Box(times * face.box.x, times * face.box.y, times * face.box.w, times * face.box.h))
            for face in faces
        ]

    def _seen(self, image: Image) -> list[Face]:
        scale = fitting_scale(image, self.fine.width, self.fine.height)
        fine, coarse = self.fine.look(image)[0], self.coarse.look(image)[0]
        closer = [face for face in fine if face.box.size * scale <= MAX_FINE_SIZE]
        closer += [face for face in coarse if face.box.size * scale >= MIN_COARSE_SIZE]
        return with_far(closer, self.coarse.look_from_afar(image))
