"""The log of a training run: a CSV with a row an epoch."""

from __future__ import annotations

import csv
from pathlib import Path

HISTORY = "history.csv"
"""Its name, in a run's folder and in a report's."""


def read_history(path: Path) -> dict[str, list[float]]:
    """The columns of a CSV log, empty when there is none yet; epochs logged twice count once, the later one."""
    if not path.is_file():
        return {}
    with path.open(newline="", encoding="utf-8") as stream:
        rows = {int(row["epoch"]): row for row in csv.DictReader(stream)}
    ordered = [rows[epoch] for epoch in sorted(rows)]
    return {name: [float(row[name]) for row in ordered] for name in (ordered[0] if ordered else {})}
