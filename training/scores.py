"""The type of a report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from core.output.files import write_file

Scores = dict[str, Any]
"""A report: numbers, and nested tables of them by name; JSON."""


def rounded(value: Any) -> Any:
    """Return a report with every float rounded to six digits."""
    if isinstance(value, dict):
        return {key: rounded(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [rounded(inner) for inner in value]
    return round(float(value), 6) if isinstance(value, (float, np.floating)) else value


def write_report(weights: Path, file: str, report: Scores) -> None:
    """Write a report on all models together, as JSON, into the weights folder's reports."""
    (weights / "reports").mkdir(parents=True, exist_ok=True)
    write_file(weights / "reports" / file, json.dumps(rounded(report), indent=1) + "\n")
