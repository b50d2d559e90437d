"""The reports in the weights folder; each file is read when it is first needed."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from pydantic import BaseModel, ValidationError

from core.errors import ReportError
from core.evaluation import schemas
from core.evaluation.align_predictions import Members, align_predictions
from core.evaluation.curves import (
    Curve,
    Reliability,
    class_names,
    confusion_counts,
    is_above,
    precision_recall_curve,
    reliability_diagram,
    roc_curve,
)
from core.evaluation.groups import GroupScores, scores_within
from core.evaluation.guard_schemas import GuardTests, set_title
from core.evaluation.history import HISTORY, History, load_history
from core.evaluation.results import Row, ratings_of, read_results
from core.evaluation.subsets import Subset, subsets
from core.models.manifest import Card, EnsembleCard

Form = TypeVar("Form", bound=BaseModel)

PREDICTIONS, EVALUATION = "predictions.csv", "evaluation.json"
FOLDS = "folds.json"
DETECTORS, VIEWS, LOSSES = "detectors.json", "views.json", "losses.json"
SPEED, LIVE, API = "speed.json", "live.json", "api.json"


def read_rows(path: Path) -> list[Row]:
    """Read the predictions and check that they can be plotted.

    Raises:
        ReportError: they are missing, malformed or empty, or a rating or probability is out of range.
    """
    rows = read_results(path)
    if not rows:
        raise ReportError("expected at least one face in {path}; it has none.", path=path)
    for row in rows:
        if not (1 <= row.score <= 5 and 1 <= row.rating <= 5 and 0.5 <= row.probability <= 1):
            raise ReportError(
                "expected score and rating in 1 to 5 and probability in 0.5 to 1 in {path}; received {score:g}, "
                "{rating:g} and {probability:g} for {file}.",
                path=path,
                score=row.score,
                rating=row.rating,
                probability=row.probability,
                file=row.file,
            )
    return rows


def read_json(path: Path) -> Any:
    """Read a JSON file.

    Raises:
        ReportError: it is missing or damaged.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ReportError(
            "expected scores in {path}; it cannot be read ({reason}).", path=path, reason=error.strerror
        ) from error
    except ValueError as error:
        raise ReportError("expected JSON in {path}; it is damaged: {error}.", path=path, error=error) from error


def validate_part(value: Any, form: type[Form], path: Path, name: str = "") -> Form:
    """Validate a part of a report.

    Args:
        value: the parsed content. form: its schema. path: of the file. name: of the part.

    Raises:
        ReportError: it does not match the schema.
    """
    try:
        return form.model_validate(value)
    except ValidationError as error:
        details = error.errors()[0]
        place = ".".join(map(str, [name, *details["loc"]] if name else details["loc"]))
        raise ReportError(
            "expected other scores in {path} at {place}: {reason}.",
            path=path,
            place=place or "the top",
            reason=details["msg"],
        ) from error


def read_form(path: Path, form: type[Form]) -> Form:
    """Read and validate a whole JSON file.

    Raises:
        ReportError: it is missing or does not match the schema.
    """
    return validate_part(read_json(path), form, path)


def read_part(path: Path, name: str, form: type[Form]) -> Form:
    """Read and validate a part of evaluation.json.

    Raises:
        ReportError: the file or the part is missing or does not match the schema.
    """
    report = read_json(path)
    if not isinstance(report, dict) or name not in report:
        raise ReportError("expected the scores {name!r} in {path}; they are missing.", name=name, path=path)
    return validate_part(report[name], form, path, name)


@dataclass(frozen=True)
class ModelReport:
    """One model's report folder; accessing data that is missing or damaged raises ReportError."""

    folder: Path
    card: Card | None
    """None if the manifest does not contain the model, such as an average of several."""

    @property
    def threshold(self) -> float | None:
        """The rating that separates the classes."""
        return self.card.threshold if self.card else None

    @cached_property
    def history(self) -> History:
        """The training log."""
        return load_history(self.folder / HISTORY)

    @cached_property
    def rows(self) -> list[Row]:
        """The predictions."""
        return read_rows(self.folder / PREDICTIONS)

    @cached_property
    def names(self) -> tuple[str, str]:
        """The names of the two classes, (below, above)."""
        return class_names(self.rows)

    @cached_property
    def confusion(self) -> np.ndarray:
        """Faces of each true class by predicted class."""
        return confusion_counts(self.rows, self.names)

    @cached_property
    def above(self) -> np.ndarray:
        """Whether each face truly belongs to the upper class, bool."""
        return is_above(self.rows, self.names)

    @cached_property
    def roc(self) -> Curve:
        """The ROC curve."""
        return roc_curve(self.above, ratings_of(self.rows))

    @cached_property
    def precision_recall(self) -> Curve:
        """The precision-recall curve."""
        return precision_recall_curve(self.above, ratings_of(self.rows))

    @property
    def chance(self) -> float:
        """Precision of predicting "above" for every face."""
        return float(np.mean(self.above))

    @cached_property
    def reliability(self) -> Reliability:
        """Accuracy of the labels by predicted probability."""
        right = np.array([row.label == row.predicted for row in self.rows])
        return reliability_diagram(right, np.array([row.probability for row in self.rows]))

    @cached_property
    def by_group(self) -> dict[str, GroupScores]:
        """The scores within each group of faces."""
        return scores_within(self.rows, lambda row: row.group)

    @cached_property
    def by_source(self) -> dict[str, GroupScores]:
        """The scores within each source of photos."""
        return scores_within(self.rows, lambda row: row.source)

    @cached_property
    def folds(self) -> schemas.Folds:
        """The scores by fold, of a network that was trained on every four of the five."""
        return read_form(self.folder / FOLDS, schemas.Folds)

    def part(self, name: str, form: type[Form]) -> Form:
        """Return a part of evaluation.json."""
        return read_part(self.folder / EVALUATION, name, form)

    def words(self) -> str:
        """All names that a figure may draw, from the data that can be read."""
        names: set[str] = set()
        with suppress(ReportError):
            names.update(name for row in self.rows for name in (row.label, row.predicted, row.group))
        with suppress(ReportError):
            test = self.part("test", schemas.Accuracies)
            names.update(test.by_source, test.by_group)
        with suppress(ReportError):
            names.update(self.part("test", schemas.Overlaps).by_set)
        with suppress(ReportError):
            fair = self.part("fairface", schemas.FairFaceScores)
            names.update(fair.by_race, fair.by_gender)
        with suppress(ReportError):
            for name, guarded in self.part("test", GuardTests).sets.items():
                names.update([set_title(name)], guarded.adults_by_race, guarded.adults_by_gender)
        return " ".join(sorted(names))


@dataclass(frozen=True)
class Overview:
    """The reports on all models together; accessing data that is missing or damaged raises ReportError."""

    folder: Path
    """The weights folder's reports."""
    cards: tuple[Card, ...]
    """The manifest's cards, in its order."""

    @cached_property
    def detectors(self) -> schemas.Detectors:
        """Every detector, Fairest's and public ones."""
        return read_form(self.folder / DETECTORS, schemas.Detectors)

    @cached_property
    def views(self) -> schemas.Views:
        """Each of Fairest's detectors on leaning, large and cropped faces."""
        return read_form(self.folder / VIEWS, schemas.Views)

    @cached_property
    def losses(self) -> schemas.Losses:
        """Every loss, by the heads trained with it."""
        return read_form(self.folder / LOSSES, schemas.Losses)

    @cached_property
    def speed(self) -> schemas.Speed:
        """Milliseconds of each stage, model and runtime."""
        return read_form(self.folder / SPEED, schemas.Speed)

    @cached_property
    def live(self) -> schemas.Live:
        """The live page under load."""
        return read_form(self.folder / LIVE, schemas.Live)

    @cached_property
    def api(self) -> schemas.ApiLoad:
        """The HTTP API under load."""
        return read_form(self.folder / API, schemas.ApiLoad)

    @property
    def ensemble(self) -> EnsembleCard:
        """The ensemble of classifiers.

        Raises:
            ReportError: the manifest has no ensemble.
        """
        for card in self.cards:
            if isinstance(card, EnsembleCard) and card.kind == "classifier":
                return card
        raise ReportError("expected an ensemble in the manifest; it has none. Run: python -m training export ensemble")

    @cached_property
    def members(self) -> Members:
        """The predictions of each of the ensemble's members, the same faces in the same order."""
        return align_predictions({name: read_rows(self.folder / name / PREDICTIONS) for name in self.ensemble.members})

    @cached_property
    def names(self) -> tuple[str, str]:
        """The names of the two classes, (below, above), in the members' results."""
        return class_names(next(iter(self.members.values())))

    @cached_property
    def subsets(self) -> list[Subset]:
        """The plain mean of every subset of the members, the highest Pearson correlation first."""
        return subsets(self.members, self.names[1], self.ensemble.threshold)

    def words(self) -> str:
        """All names that a figure may draw, from the data that can be read."""
        names = {card.title for card in self.cards}
        with suppress(ReportError):
            names.update(self.detectors.root)
        with suppress(ReportError):
            names.update(self.live.root)
        return " ".join(sorted(names))
