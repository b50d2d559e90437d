"""Whole numbers as headers and cookies have them."""

from __future__ import annotations

import re

COUNT = re.compile(r"[0-9]{1,18}")
"""What is read as one: `isdigit` would take ², of which `int` makes nothing, nor does it of thousands of digits."""


def as_count(text: str) -> int | None:
    """The number, 0 or more; None for any other text."""
    return int(text) if COUNT.fullmatch(text) else None
