"""Options for training a model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from training.data.rated import RatedFace
from training.data.refused import adults_only

AGES = Path("runs/aged.csv")
"""Default path of the table of aged faces."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to train.

    samples: per epoch of a face tracker. backbone_weights: "imagenet", "none" or a path. fold: of SCUT-FBP5500, never
    trained on. panels: keys of training.data.rated.PANELS. teacher: a file of training.data.taught, or None. ages: the
    table of training.data.aged. adults: whether to exclude faces that look under 18, as for all shipped models.
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
        """Return the rated faces that may be trained on."""
        return adults_only(faces) if self.adults else faces

    @property
    def start(self) -> str | None:
        """The initial weights of the backbone, as the model's builder takes them."""
        return None if self.backbone_weights == "none" else self.backbone_weights
