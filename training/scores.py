"""The type of a report."""

from __future__ import annotations

from typing import Any

import numpy as np

Scores = dict[str, Any]
"""A report: numbers, and nested tables of them by name; JSON."""


def rounded(value: Any) -> Any:
    """Return a report with every float rounded to six digits."""
    if isinstance(value, dict):
        return {key: rounded(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [rounded(inner) for inner in value]
    return round(float(value), 6) if isinstance(value, (float, np.floating)) else value
