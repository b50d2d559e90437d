"""Zips of pictures."""

from __future__ import annotations

from core.errors import ImageError
from webapp.sandbox.archive import content, list_entries

ALLOWED = (ImageError,)
OPENED = 3
"""Entries read from each."""


def fuzz(data: bytes) -> None:
    listing = list_entries(data, max_files=50, max_mb=1, max_archive_mb=2)
    for entry in listing.entries[:OPENED]:
        assert entry.name.isprintable()
        try:
            assert len(content(data, entry.index, 1)) <= 1_000_000
        except ImageError:
            continue
