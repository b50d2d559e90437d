"""Specification of a model: how it is built, trained and exported, and the texts of its model card."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from core.models.manifest import Kind
from core.models.preprocess import PREPROCESSING
from training.models.parts.card_texts import RESEARCH

if TYPE_CHECKING:
    import keras


class Family(Enum):
    """Models of one family differ only in their network: data, loss, metrics and conversion are the same.

    Each step has one table of functions by family: fitting in `training.fit.tasks`, evaluation in
    `training.evaluate.model`, export in `training.export.model`.
    """

    TRACKER = "tracker"
    """One face per picture: (n, side, side, 3) to {"face": (n, 1), "box": (n, 4)}, see facetracker."""
    GRID = "grid"
    """All faces in one pass: (n, height, width, 3) to {"face": (n, cells, 1), "box": (n, cells, 4)}, see facegrid."""
    AGES = "ages"
    """Distribution over ages: (n, side, side, 3) to (n, years), see agenet."""
    LANDMARKS = "landmarks"
    """Points of a face and their error: (n, side, side, 3) to (n, 11), see landmarks."""
    RATING = "rating"
    """A rating of a face: (n, side, side, 3) to (n, 1) in (0, 1); rating = 1 + 4 x output."""
    PANELS = "panels"
    """Each panel's thresholds: (n, side, side, 3) to (n, panels, thresholds), exported as (n, panels), see faceres."""


KINDS: dict[Family, Kind] = {
    Family.TRACKER: "detector",
    Family.GRID: "detector",
    Family.AGES: "guard",
    Family.LANDMARKS: "landmarks",
    Family.RATING: "classifier",
    Family.PANELS: "classifier",
}
"""Role of a family's models in the app."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Training hyperparameters, unless overridden on the command line.

    epochs: maximum. patience: epochs without improvement before training stops; as many as epochs where all of them
    run, since the learning rate falls to nothing with the last. learning_rate: peak value. weight_decay: decoupled,
    per step, relative to the learning rate. precision: "mixed_bfloat16", or "float32" where that is as fast.
    samples: per epoch, if pictures are drawn at random; 0 if an epoch shows each face once.
    worn: share of an age network's crops degraded to look like one of the kinds of picture on which the guard's
    threshold must hold (training.data.wear.KINDS), besides those degraded at random.
    """

    epochs: int
    patience: int
    learning_rate: float
    weight_decay: float = 1e-3
    batch_size: int = 32
    precision: str = "mixed_bfloat16"
    samples: int = 0
    worn: float = 0.0


def as_trained(model: keras.Model) -> keras.Model:
    """Return the network unchanged."""
    return model


@dataclass(frozen=True, slots=True)
class Export:
    """A file exported from a trained model, and its entry in the manifest.

    name: of both. title: what the app calls it. adapt: makes the network of the file from the one that was trained,
    with the same weights. use, limits: what the model card says of what it is for and where it fails; empty for what
    is said of every model of its kind.
    """

    name: str
    title: str
    adapt: Callable[[keras.Model], keras.Model] = as_trained
    use: str = ""
    limits: str = ""


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """Everything about one model that is trained; SPEC of its architecture's file.

    Args:
        name: of the network, of the architecture's file and of the runs' folder.
        family: what it is fitted on, measured by and exported as.
        build: the network from the start of its backbone: "imagenet", the path of a file, or None for random weights.
        preprocessing: a key of core.models.preprocess.PREPROCESSING.
        recipe: how it is trained.
        exports: the files that one training gives, in the order in which they are exported.
        data: description of the training data, one or more sentences.
        order: its place in the app's lists; models of the same place stand by name.
        mirrored: whether a face's mirror image is looked at too and the mean counts; twice the time.
        prepare: the verbs, each with its options, that make what the training needs, in this order.
        options: of the training run that was exported, besides the seed.
        licence: of the weights.
        member: whether it is averaged in the ensemble.
        teacher: whether others learn from its ratings (`python -m training teach`).

    Raises:
        ValueError: there is nothing to export, the preprocessing is unknown, a detector does not tell its use and
            limits, or a member or teacher is no classifier.
    """

    name: str
    family: Family
    build: Callable[[str | None], keras.Model]
    preprocessing: str
    recipe: Recipe
    exports: tuple[Export, ...]
    data: str
    order: int = 100
    mirrored: bool = False
    prepare: tuple[str, ...] = ()
    options: str = ""
    licence: str = RESEARCH
    member: bool = False
    teacher: bool = False

    def __post_init__(self) -> None:
        if not self.exports:
            raise ValueError(f"expected a file or more to export of {self.name}; received none")
        if self.preprocessing not in PREPROCESSING:
            names = ", ".join(sorted(PREPROCESSING))
            raise ValueError(f"expected a preprocessing of {self.name} among {names}; received {self.preprocessing!r}")
        if self.kind == "detector" and not all(export.use and export.limits for export in self.exports):
            raise ValueError(f"expected use and limits of each export of the detector {self.name}; one is empty")
        if (self.member or self.teacher) and self.kind != "classifier":
            raise ValueError(f"expected classifiers as members and teachers; received {self.name}, {self.family}")

    @property
    def kind(self) -> Kind:
        """Role of the model in the app."""
        return KINDS[self.family]

    def command(self, export: Export) -> str:
        """Return the commands that produce an exported file from the data."""
        prepare = "".join(f"python -m training {verb} && " for verb in self.prepare)
        train = " ".join(["python -m training train", self.name, "--seed 1", *filter(None, [self.options])])
        return f"{prepare}{train} && python -m training export {export.name}"
