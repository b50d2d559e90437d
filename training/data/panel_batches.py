"""Training samples for a classifier with an output for each panel: face crops and each panel's rating."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from training.data.rated import FIRST, RatedFace
from training.data.rating_batches import RatingBatches, rating_target
from training.data.refused import picture_key
from training.data.taught import mix

OFTEN = {"omi": 2}
"""How often a panel's faces are shown per training epoch, if not once: this panel has few."""


def panel_targets(face: RatedFace, panels: Sequence[str], taught: float | None = None) -> np.ndarray:
    """Return each panel's rating of a face, scaled to [0, 1], NaN where it has not rated it, (panels,).

    A teacher's rating, 1 to 5, counts for the panel FIRST: half of the target if that panel has rated the face.
    """
    row = np.full(len(panels), np.nan, np.float32)
    panel = picture_key(face.path)[0]
    if panel in panels:
        row[panels.index(panel)] = rating_target(face.score)
    if taught is not None:
        row[panels.index(FIRST)] = rating_target(mix(taught, face.score) if panel == FIRST else taught)
    return row


def oversample(faces: list[RatedFace]) -> list[RatedFace]:
    """Repeat the faces as often as a training epoch shows them."""
    return [face for face in faces for _ in range(OFTEN.get(picture_key(face.path)[0], 1))]


class PanelBatches(RatingBatches):
    """Batches of face crops with a target for each panel, (n, panels), NaN where it has not rated."""

    def __init__(
        self,
        faces: list[RatedFace],
        panels: Sequence[str],
        side: int,
        preprocessing: str,
        batch_size: int,
        seed: int,
        augment: bool,
        ratings: Mapping[Path, float] | None = None,
    ) -> None:
        """ratings: a teacher's, by picture."""
        super().__init__(faces, side, preprocessing, batch_size, seed, augment)
        teacher_ratings = ratings or {}
        self.targets = np.stack([panel_targets(face, panels, teacher_ratings.get(face.path)) for face in faces])

    def batch(self, draws: list[tuple[int, np.random.Generator]]) -> tuple[Any, ...]:
        order = self.order()
        numbers = [int(order[number]) for number, _ in draws]
        pixels = [self.pixels(number, rng) for number, (_, rng) in zip(numbers, draws, strict=True)]
        return self.preprocess(pixels), self.targets[numbers]
