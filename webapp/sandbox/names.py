"""File names from untrusted sources: for display only, never for use as a path."""

from __future__ import annotations

import unicodedata

LONGEST = 80
"""Maximum length of a displayed name in characters."""

UNNAMED = "picture"


def shown_name(path: str) -> str:
    """Return the last component of a path, without control or formatting characters, cut to LONGEST characters.

    A name that is cut keeps its extension. If nothing is left, returns UNNAMED.
    """
    last = path.replace("\\", "/").rstrip("/").rpartition("/")[2]
    # Categories C: control, format (which may change the text direction), surrogate, private use, unassigned.
    visible = "".join(" " if char.isspace() else char for char in last if char.isspace() or _visible(char))
    name = " ".join(visible.split())
    if name in {"", ".", ".."}:
        return UNNAMED
    if len(name) <= LONGEST:
        return name
    stem, dot, ending = name.rpartition(".")
    tail = f"…{dot}{ending}" if stem and len(ending) <= 5 else "…"
    return name[: LONGEST - len(tail)] + tail


def _visible(char: str) -> bool:
    return not unicodedata.category(char).startswith("C")
