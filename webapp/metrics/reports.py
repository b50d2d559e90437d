"""Evaluation reports of the shipped models: each file is read once for all viewers, until it changes."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.evaluation.history import HISTORY
from core.evaluation.model_report import (
    DETECTORS,
    EVALUATION,
    FOLDS,
    LIVE,
    PREDICTIONS,
    SPEED,
    VIEWS,
    ModelReport,
    Overview,
)
from core.models.manifest import Card, EnsembleCard
from webapp.common import resources

Stamp = tuple[tuple[str, int, int], ...]
"""Path, modification time in nanoseconds and size in bytes of each existing file."""


def stamp(paths: list[Path]) -> Stamp:
    """Return a cache key that changes when one of the files changes."""
    entries = []
    for path in paths:
        try:
            status = path.stat()
        except OSError:
            continue
        entries.append((str(path), status.st_mtime_ns, status.st_size))
    return tuple(entries)


def model_report(card: Card) -> ModelReport:
    """Return one model's report."""
    folder = resources.settings().rating.weights_dir / "reports" / card.name
    files = [folder / file for file in (HISTORY, PREDICTIONS, EVALUATION, FOLDS)]
    return _model_report(str(folder), card.model_dump_json(), stamp(files), card)


def overview() -> Overview:
    """Return the reports that cover all models.

    Raises:
        WeightsError: the manifest cannot be used.
    """
    folder = resources.settings().rating.weights_dir / "reports"
    cards = tuple(resources.manifest().models)
    means = [card for card in cards if isinstance(card, EnsembleCard) and card.kind == "classifier"]
    members = [name for card in means for name in card.members]
    files = [folder / file for file in (DETECTORS, VIEWS, SPEED, LIVE)]
    files += [folder / name / PREDICTIONS for name in members]
    return _overview(str(folder), "".join(card.model_dump_json() for card in cards), stamp(files), cards)


@st.cache_resource(show_spinner=False, max_entries=64)
def _model_report(folder: str, model: str, files: Stamp, _card: Card) -> ModelReport:  # noqa: ARG001 (what it is cached by)
    return ModelReport(Path(folder), _card)


@st.cache_resource(show_spinner=False, max_entries=4)
def _overview(folder: str, models: str, files: Stamp, _cards: tuple[Card, ...]) -> Overview:  # noqa: ARG001
    return Overview(Path(folder), _cards)
