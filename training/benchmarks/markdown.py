"""Helpers for Markdown, in addition to the tables of `training.export.guard_card`."""

from __future__ import annotations

import re
from collections.abc import Mapping

MARKED = re.compile(r"(<!-- benchmarks: (\w+) -->\n).*?(<!-- /benchmarks -->)", re.DOTALL)
"""A generated part of a document: its start marker, its name, its end marker."""


def number(value: float | None, digits: int = 3) -> str:
    """Format a score for a table; a dash for None."""
    return "-" if value is None else f"{value:.{digits}f}"


def fill_marked_parts(text: str, parts: Mapping[str, list[str]]) -> str:
    """Replace the lines of each marked part of a document; other text is unchanged.

    Raises:
        KeyError: a marked part has an unknown name.
    """
    return MARKED.sub(lambda match: "\n".join([match[1].rstrip(), *parts[match[2]], match[3]]), text)
