"""Batches for a classifier that is to rate groups of people alike that no panel has rated.

The panels rated few people of most races. A network's ratings of the others are no panel's opinion, so nothing is lost
if the means of the races, within a gender, are drawn together: demographic parity (Calders, Kamiran and Pechenizkiy,
"Building classifiers with independency constraints", ICDM Workshops 2009), on adults of FairFace's decades.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from core.settings import ADULT
from training.data.aged import AgedFace, load_aged
from training.data.panel_batches import PanelBatches
from training.data.pictures import load_rgb
from training.data.rated import RatedFace
from training.data.schemas import GENDERS, RACES
from training.errors import NothingToLearnError

SOURCE = "fairface_decades"

GROUPS = tuple((gender.lower(), race) for gender in GENDERS for race in RACES)
"""Gender and race, by FairFace's labels: grouped by gender."""


def load_adults(data: Path, part: str, table: Path) -> dict[tuple[str, str], list[AgedFace]]:
    """Load the unrated adults of each group.

    Args:
        data: the data folder.
        part: of the table of ages.
        table: of `training.data.aged`.

    Raises:
        DataError: the table is missing or malformed. NothingToLearnError: it has no adult of a group.
    """
    adults: dict[tuple[str, str], list[AgedFace]] = {group: [] for group in GROUPS}
    for face in load_aged(data, part, table):
        if face.label.source == SOURCE and face.label.low >= ADULT:
            adults[face.label.gender, face.label.race].append(face)
    empty = [" ".join(group) for group, faces in adults.items() if not faces]
    if empty:
        raise NothingToLearnError(
            f"expected adults of every race and gender of {SOURCE} in {table}, part {part}; there are none of "
            f"{', '.join(empty)}. Run: python -m training ages"
        )
    return adults


class ParityBatches(PanelBatches):
    """Training batches of PanelBatches, each followed by one unrated face of every group.

    Targets are (n, panels + 1): the last column has the index of the unrated face's group in GROUPS, NaN for the
    others.
    """

    def __init__(
        self,
        faces: list[RatedFace],
        unrated: dict[tuple[str, str], list[AgedFace]],
        panels: Sequence[str],
        side: int,
        preprocessing: str,
        batch_size: int,
        seed: int,
        ratings: Mapping[Path, float] | None = None,
    ) -> None:
        """unrated: by group of GROUPS, one or more each. ratings: a teacher's, by picture."""
        rated = len(faces)
        members = [unrated[group] for group in GROUPS]
        shown = [RatedFace(face.path, face.box, float("nan"), "", SOURCE) for faces in members for face in faces]
        super().__init__(faces, panels, side, preprocessing, batch_size, seed, augment=True, ratings=ratings)
        self.images += [load_rgb(face.path) for face in shown]
        self.faces = [*faces, *shown]
        ends = rated + np.cumsum([len(group) for group in members])
        self.numbers = [range(end - len(group), end) for end, group in zip(ends, members, strict=True)]
        column = np.full((rated, 1), np.nan, np.float32)
        self.targets = np.concatenate([self.targets, column], axis=1)

    def batch(self, draws: list[tuple[int, np.random.Generator]]) -> tuple[Any, ...]:
        pixels, targets = super().batch(draws)
        rng = np.random.default_rng((self.seed, self.epoch, draws[0][0], len(GROUPS)))
        chosen = [int(numbers[rng.integers(len(numbers))]) for numbers in self.numbers]
        views = self.preprocess([self.pixels(number, rng) for number in chosen])
        unrated = np.full((len(GROUPS), targets.shape[1]), np.nan, np.float32)
        unrated[:, -1] = np.arange(len(GROUPS))
        return np.concatenate([pixels, views]), np.concatenate([targets, unrated])
