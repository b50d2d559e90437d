"""The log of a training run: a CSV with a row per epoch."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.errors import ReportError

HISTORY = "history.csv"
"""Its file name, in a run's folder and in a report's."""

BEYOND = "cells beyond the header"

History = dict[str, np.ndarray]
"""Columns of a training log, each of shape (epochs,); `epoch` counts from 0, `val_...` is on the validation set."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A quality measure that a log may contain.

    title: in print. higher: whether higher is better. chooses: the column by which the best epoch is selected.
    """

    title: str
    higher: bool
    chooses: str


MEASURES = {
    "pearson": Measure("Pearson correlation", True, "pearson"),
    "box_iou": Measure("Mean IoU", True, "box_iou"),
    "years_off": Measure("Age error, years", False, "years_off"),
    "box_loss": Measure("1 minus generalised IoU", False, "loss"),
}
"""By column; a network logs one of them besides the loss, and the first one present is shown."""


def read_history(path: Path) -> dict[str, list[float]]:
    """Read the columns of a CSV log; empty if there is none yet; of epochs logged twice, the later row counts.

    Raises:
        ReportError: the log contains something other than numbers, or its rows do not match its header.
    """
    if not path.is_file():
        return {}
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            reader = csv.DictReader(stream, restkey=BEYOND, strict=True)
            rows = {int(row["epoch"]): row for row in reader}
            if any(BEYOND in row for row in rows.values()):
                raise ValueError("a line that is longer than the header")
        ordered = [rows[epoch] for epoch in sorted(rows)]
        return {name: [float(row[name]) for row in ordered] for name in (ordered[0] if ordered else {})}
    except (OSError, KeyError, TypeError, ValueError, csv.Error) as error:
        raise ReportError(
            "expected a column epoch and only numbers in {path}; received {error}.", path=path, error=error
        ) from error


def load_history(path: Path) -> History:
    """Read the log of a trained network.

    Raises:
        ReportError: the log is missing, empty, or contains something other than numbers.
    """
    if not path.is_file():
        raise ReportError("expected a training log in {path}; it does not exist.", path=path)
    columns = read_history(path)
    if not columns:
        raise ReportError("expected at least one epoch in {path}; it has none.", path=path)
    return {name: np.array(values) for name, values in columns.items()}


def measure_of(history: History) -> str:
    """Return the column of the measure that is shown besides the loss.

    Raises:
        ReportError: the log has no loss or none of MEASURES.
    """
    logged = [name for name in MEASURES if name in history]
    if "loss" not in history or not logged:
        raise ReportError(
            "expected columns loss and one of {measures} in the training log; received {received}.",
            measures=", ".join(MEASURES),
            received=", ".join(history),
        )
    return logged[0]


def best_epoch(history: History) -> int | None:
    """Return the index of the epoch selected on the validation set; None if it cannot be determined.

    Raises:
        ReportError: see `measure_of`.
    """
    measure = MEASURES[measure_of(history)]
    values = history.get(f"val_{measure.chooses}", history[measure.chooses])
    if not np.isfinite(values).any():
        return None
    best = np.nanargmax if measure.higher else np.nanargmin
    return int(best(values))
