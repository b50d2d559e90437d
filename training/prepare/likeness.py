"""Finds near-duplicate faces by FaceRes's features, which recognise a face that was cropped differently.

The perceptual hash of training.data.duplicates misses copies that were cropped or aligned differently, as in two data
sets that collected the same pictures.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf

from core.face import Box
from core.images.crop import crop, face_window
from core.models.detector import Detector
from core.models.preprocess import PREPROCESSING
from training.data.pictures import load_rgb
from training.models import faceres

SIDE = 128

ALIKE = 0.85
"""Cosine of two faces' features, after subtracting the mean, from which their pictures count as copies.

Measured on 33,045 faces of three sets: at .85 a face has 0.06 others on average, at .9 0.04, at .97 0.02, but at .7
it has 1.7: below .85, matches with other people begin."""

BATCH = 256


def boxes(detector: Detector, paths: Iterable[Path]) -> Iterable[Box | None]:
    """Return the box of the most confident face in each picture, or None."""
    for path in paths:
        faces = detector.detect(load_rgb(path))
        yield faces[0].box if faces else None


def find_alike(features: np.ndarray, minimum: float = ALIKE) -> list[tuple[int, int]]:
    """Return pairs of rows (n, d) whose cosine, after subtracting the mean row, is at least `minimum`; i < j."""
    centred = features - features.mean(axis=0)
    unit = (centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-9)).astype(np.float32)
    pairs = []
    for first in range(0, len(unit), BATCH):
        cosines = tf.linalg.matmul(unit[first : first + BATCH], unit, transpose_b=True).numpy()
        for row, column in zip(*np.nonzero(cosines >= minimum), strict=True):
            if first + row < column:
                pairs.append((int(first + row), int(column)))
    return pairs


class Likeness:
    """Finds pairs of faces that look like copies."""

    def __init__(self, backbone_weights: str | Path) -> None:
        """Load the network.

        Raises:
            TrainingError: the file is missing or does not match.
        """
        self.model = faceres.backbone(SIDE, backbone_weights)

    def __call__(self, paths: Sequence[Path], face_boxes: Sequence[Box]) -> list[tuple[int, int]]:
        """Return pairs of pictures, by index.

        Args:
            paths: the pictures.
            face_boxes: the face of each.
        """
        features = np.empty((len(paths), self.model.output_shape[1]), np.float32)
        for first in range(0, len(paths), BATCH):
            chosen = slice(first, first + BATCH)
            crops = [
                crop(load_rgb(path), face_window(box), SIDE)
                for path, box in zip(paths[chosen], face_boxes[chosen], strict=True)
            ]
            features[chosen] = self.model.predict_on_batch(PREPROCESSING["caffe"](np.stack(crops)))
        return find_alike(features)
