"""Parse non-negative integers in headers and cookies."""

from __future__ import annotations

import re

COUNT = re.compile(r"[0-9]{1,18}")
"""Not `isdigit`: that accepts ², which `int` rejects, as it does thousands of digits."""


def as_count(text: str) -> int | None:
    """Return the number, 0 or more; None for any other text."""
    return int(text) if COUNT.fullmatch(text) else None
