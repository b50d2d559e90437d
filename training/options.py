"""How a model is to be trained."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from training.data.rated import RatedFace
from training.data.refused import adults_only

AGES = Path("runs/aged.csv")
"""The table of aged faces, unless another is named."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to train.

    samples: an epoch of a face tracker. backbone_weights: "imagenet", "none" or a path. fold: of SCUT-FBP5500, never
    trained on. panels: keys of training.data.rated.PANELS. teacher: a file of training.data.taught, or None. ages: the
    table of training.data.aged. adults: whether faces that look under 18 are left out, as of all that ships.
    """

    data: Path
    epochs: int
    batch_size: int
    learning_rate: float
    samples: int
    patience: int
    seed: int
    backbone_weights: str
    fold: int
    panels: tuple[str, ...]
    teacher: Path | None
    ages: Path = AGES
    adults: bool = True

    def fit_for_learning(self, faces: list[RatedFace]) -> list[RatedFace]:
        """Those of some rated faces that may be learnt from."""
        return adults_only(faces) if self.adults else faces

    @property
    def start(self) -> str | None:
        """What a model's builder takes as the start of its backbone."""
        return None if self.backbone_weights == "none" else self.backbone_weights
