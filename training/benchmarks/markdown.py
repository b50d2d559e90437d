"""Pieces of Markdown beside the tables of `training.export.guard_card`."""

from __future__ import annotations

import re
from collections.abc import Mapping

MARKED = re.compile(r"(<!-- benchmarks: (\w+) -->\n).*?(<!-- /benchmarks -->)", re.DOTALL)
"""A part of a document that is written anew: what begins it, its name, what ends it."""


def number(value: float | None, digits: int = 3) -> str:
    """A score for a table; a dash for none."""
    return "-" if value is None else f"{value:.{digits}f}"


def fill_marked_parts(text: str, parts: Mapping[str, list[str]]) -> str:
    """A document with the lines of each marked part written anew; other text stays.

    Raises:
        KeyError: a marked part has a name that is none of the parts'.
    """
    return MARKED.sub(lambda found: "\n".join([found[1].rstrip(), *parts[found[2]], found[3]]), text)
