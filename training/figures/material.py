"""What a model's report folder holds, for its figures."""

from __future__ import annotations

import csv
import json
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import numpy as np
from pydantic import BaseModel, ValidationError

from core.weights import Card
from training import history
from training.curves import class_names
from training.errors import DataError
from training.figures.fairness import FairFaceScores
from training.figures.history import History
from training.figures.shares import Accuracies, Overlaps
from training.results import Row, read_results

Form = TypeVar("Form", bound=BaseModel)


def read_history(path: Path) -> History:
    """The columns of a training log, epochs in order; one that was logged twice counts once, the later one.

    Raises:
        DataError: the log is missing, empty, or holds something else than numbers.
    """
    if not path.is_file():
        raise DataError(f"expected a training log in {path}; there is none.")
    try:
        columns = history.read_history(path)
    except (KeyError, TypeError, ValueError, csv.Error) as error:
        raise DataError(f"expected a column epoch and nothing but numbers in {path}; received {error}.") from error
    if not columns:
        raise DataError(f"expected an epoch or more in {path}; it has none.")
    return {name: np.array(values) for name, values in columns.items()}


def read_rows(path: Path) -> list[Row]:
    """The predictions, once they can be drawn.

    Raises:
        DataError: they are missing, malformed, none, or a rating or probability is out of its range.
    """
    try:
        rows = read_results(path)
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"expected a CSV in UTF-8 in {path}; it is damaged: {error}.") from error
    if not rows:
        raise DataError(f"expected a face or more in {path}; it has none.")
    for row in rows:
        if not (1 <= row.score <= 5 and 1 <= row.rating <= 5 and 0.5 <= row.probability <= 1):
            raise DataError(
                f"expected score and rating in 1 to 5 and probability in 0.5 to 1 in {path}; received "
                f"{row.score:g}, {row.rating:g} and {row.probability:g} for {row.file}."
            )
    return rows


def read_part(path: Path, name: str, form: type[Form]) -> Form:
    """A part of evaluation.json.

    Raises:
        DataError: the file or the part is missing or is not what the form says.
    """
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"expected scores in {path}; it cannot be read ({error.strerror}).") from error
    except ValueError as error:
        raise DataError(f"expected JSON in {path}; it is damaged: {error}.") from error
    if not isinstance(report, dict) or name not in report:
        raise DataError(f"expected the scores {name!r} in {path}; there are none.")
    try:
        return form.model_validate(report[name])
    except ValidationError as error:
        wrong = error.errors()[0]
        place = ".".join(map(str, (name, *wrong["loc"])))
        raise DataError(f"expected other scores in {path} at {place}: {wrong['msg']}.") from error


@dataclass(frozen=True)
class Material:
    """One model's report folder, each file read when a figure asks for it; a missing one raises DataError."""

    folder: Path
    card: Card | None
    """None where the manifest does not name the model: an average of several, say."""

    @property
    def threshold(self) -> float | None:
        """The rating that divides the classes."""
        return self.card.threshold if self.card else None

    @cached_property
    def history(self) -> History:
        """The training log."""
        return read_history(self.folder / history.HISTORY)

    @cached_property
    def rows(self) -> list[Row]:
        """The predictions."""
        return read_rows(self.folder / "predictions.csv")

    @cached_property
    def names(self) -> tuple[str, str]:
        """The two classes, (below, above)."""
        return class_names(self.rows)

    def part(self, name: str, form: type[Form]) -> Form:
        """A part of evaluation.json."""
        return read_part(self.folder / "evaluation.json", name, form)

    def words(self) -> str:
        """Every name that a figure may draw, of what can be read."""
        found: set[str] = set()
        with suppress(DataError):
            found.update(name for row in self.rows for name in (row.label, row.predicted, row.group))
        with suppress(DataError):
            test = self.part("test", Accuracies)
            found.update(test.by_source, test.by_group)
        with suppress(DataError):
            found.update(self.part("test", Overlaps).by_set)
        with suppress(DataError):
            fair = self.part("fairface", FairFaceScores)
            found.update(fair.by_race, fair.by_gender)
        return " ".join(sorted(found))
