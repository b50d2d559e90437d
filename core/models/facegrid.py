"""FaceGrid: finds every face of a picture in one forward pass.

For each cell of three grids, with cells 8, 16 and 32 pixels wide, the network predicts whether the centre of a face
lies in it and the distances from the cell's centre to the sides of the box (Tian et al., FCOS, ICCV 2019, arXiv
1904.01355). There are no anchors; overlapping boxes are removed by non-maximum suppression.
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
"""IoU above which the less confident of two boxes is dropped."""

MAX_FACES = 200
"""Maximum number of faces per picture."""

LARGEST = 6.0
"""Logarithm of the largest distance to a side, in strides; larger outputs are clipped."""


@lru_cache(maxsize=8)
def cell_centres(height: int, width: int) -> np.ndarray:
    """Centre x, centre y and stride, in pixels, of every cell of a picture whose sides are divisible by 32; (n, 3).

    Row by row, the finest grid first: the order of the network's output.
    """
    grids = []
    for stride in STRIDES:
        y, x = np.meshgrid(np.arange(height // stride), np.arange(width // stride), indexing="ij")
        centres = (np.stack([x.ravel(), y.ravel()], 1) + 0.5) * stride
        grids.append(np.concatenate([centres, np.full((len(centres), 1), stride)], 1))
    return np.concatenate(grids).astype(np.float32)


def decode_boxes(outputs: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Decode (n, 4) log distances to left, top, right, bottom, in strides, at (n, 3) cells to (n, 4) x0, y0, x1, y1."""
    distances = np.exp(np.clip(outputs, -LARGEST, LARGEST)) * cells[:, 2:]
    return np.concatenate([cells[:, :2] - distances[:, :2], cells[:, :2] + distances[:, 2:]], 1)


def nms(boxes: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Indices of the boxes (n, 4) x0, y0, x1, y1 kept by non-maximum suppression, most confident first."""
    sides = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], 1)
    kept = cv2.dnn.NMSBoxes(sides.tolist(), scores.tolist(), 0.0, OVERLAP)
    return np.asarray(kept, int).reshape(-1)[:MAX_FACES]


def fitting_scale(image: Image, width: int, height: int) -> float:
    """Scale at which a picture fits into width x height pixels."""
    return float(min(width / image.shape[1], height / image.shape[0]))


def scaled_to_fit(image: Image, width: int, height: int, share: float = 1.0) -> tuple[Image, float]:
    """Scale a picture so that it just fits into width x height pixels; return it and the scale.

    Args:
        share: factor on that scale.
    """
    scale = share * fitting_scale(image, width, height)
    size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return image if scale == 1 else np.asarray(cv2.resize(image, size, interpolation=interpolation)), scale


def letterbox(image: Image, width: int, height: int, share: float = 1.0) -> tuple[Image, float]:
    """Scale as scaled_to_fit does, and pad from the top left corner to width x height pixels."""
    scaled, scale = scaled_to_fit(image, width, height, share)
    if scaled.shape[:2] == (height, width):
        return scaled, scale
    canvas = np.empty((height, width, 3), np.uint8)
    canvas[:] = FILL
    canvas[: scaled.shape[0], : scaled.shape[1]] = scaled
    return canvas, scale


FAR, MIN_FAR_SIZE = 0.5, 90.0
"""The factor on the scale of the reduced pass, and the smallest face, in pixels of that pass, that counts in it: the
network was trained on no faces much larger than 260 pixels, and a face may fill the picture."""

SURE = 0.7
"""A detection at which the reduced pass, which costs as much as the first, is skipped; also the least detection of a
face found in that pass, since faces that large are detected well."""

INSIDE = 0.8
"""A box is dropped if this share of it lies in a more confident box of the reduced pass: parts of a very large face
look like faces."""


@dataclass(frozen=True, slots=True)
class FaceGrid:
    """MobileNetV2 with three grids: every face of a picture in one forward pass on the whole, scaled to fit.

    If no face is detected with confidence, a second pass runs on a reduced picture, since a face may be too large for
    the first.
    """

    model: Runtime
    card: ModelCard

    @property
    def name(self) -> str:
        """The model's name in the manifest."""
        return self.card.name

    def detect(self, image: Image) -> list[Face]:
        """Return the faces of an RGB uint8 picture, most confident first."""
        faces, best = self.look(image)
        return faces if best >= SURE else with_far(faces, self.look_from_afar(image))

    def look_from_afar(self, image: Image) -> list[Face]:
        """Detect faces too large for the first pass in a reduced picture."""
        share = FAR * fitting_scale(image, self.width, self.height)
        return [
            face
            for face in self.look(image, FAR)[0]
            if face.box.size * share >= MIN_FAR_SIZE and face.detection >= SURE
        ]

    @property
    def width(self) -> int:
        """Input width in pixels."""
        return self.card.side

    @property
    def height(self) -> int:
        """Input height in pixels."""
        return self.card.height or self.card.side

    def look(self, image: Image, share: float = 1.0) -> tuple[list[Face], float]:
        """Return the faces at a share of the fitting scale, and the highest detection of all cells."""
        pixels, scale = letterbox(image, self.width, self.height, share)
        outputs = self.model(PREPROCESSING[self.card.preprocessing](pixels))
        scores = 1 / (1 + np.exp(-outputs["face"][:, 0].astype(np.float64)))
        confident = scores > self.card.threshold
        boxes = decode_boxes(outputs["box"][confident], cell_centres(self.height, self.width)[confident]) / scale
        faces = []
        for index in nms(boxes, scores[confident]):
            x0, y0, x1, y1 = (float(value) for value in boxes[index])
            box = Box(x0, y0, x1 - x0, y1 - y0).clip(image.shape[1], image.shape[0])
            if box.w >= 1 and box.h >= 1:
                faces.append(Face(box, float(scores[confident][index])))
        return faces, float(scores.max())


def merge_faces(faces: list[Face]) -> list[Face]:
    """Merge the faces of several passes over a picture, without duplicates, most confident first."""
    boxes = [(face.box.x, face.box.y, face.box.x + face.box.w, face.box.y + face.box.h) for face in faces]
    return [faces[index] for index in nms(np.array(boxes).reshape(-1, 4), np.array([f.detection for f in faces]))]


def with_far(faces: list[Face], far: list[Face]) -> list[Face]:
    """Merge the faces of closer passes with those of the reduced pass, without parts of the latter."""

    def part(face: Face, far_face: Face) -> bool:
        return face.detection < far_face.detection and face.box.intersection(far_face.box) > INSIDE * face.box.area

    return merge_faces([face for face in faces if not any(part(face, far_face) for far_face in far)] + far)


MAX_FINE_SIZE, MIN_COARSE_SIZE = 240.0, 160.0
"""Face sizes in the fine pass, in pixels: the largest one accepted, since the network was trained on none much larger,
and the smallest one for which the coarse pass is consulted."""


@dataclass(frozen=True, slots=True)
class FineFaceGrid:
    """Three passes over the same picture: a fine one for small faces, a coarse and a reduced one for larger faces."""

    coarse: FaceGrid
    fine: FaceGrid

    @property
    def name(self) -> str:
        """The model's name in the manifest."""
        return self.fine.name

    @property
    def card(self) -> ModelCard:
        """The fine network's card."""
        return self.fine.card

    def detect(self, image: Image) -> list[Face]:
        """Return the faces of an RGB uint8 picture, most confident first."""
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
