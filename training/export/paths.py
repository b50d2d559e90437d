"""Paths that an export reads and writes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from training.evaluate.film import DEMO_FILM
from training.options import AGES


@dataclass(frozen=True, slots=True)
class ExportPaths:
    """Paths of an export.

    data, runs, weights: their folders. ages: the table of aged faces, for a guard. film: the film on which the
    variation of its estimates is measured.
    """

    data: Path
    runs: Path
    weights: Path
    ages: Path = AGES
    film: Path = DEMO_FILM
