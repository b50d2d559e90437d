"""The files of a folder that a person filled."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from core.images import SUFFIXES
from training.errors import DataError


def visible_files(folder: Path) -> Iterator[Path]:
    """The files of a folder and of the folders in it, in order of their paths; hidden ones are passed over."""
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and os.path.isfile(path):
            yield path


def is_picture_name(path: Path) -> bool:
    """Whether a file's ending, in any case, is that of a picture that `core.images` opens."""
    return path.suffix.lower() in SUFFIXES


def picture_files(folder: Path) -> list[Path]:
    """The visible files of a folder that are named like pictures.

    Raises:
        DataError: no such folder, or no picture in it.
    """
    if not os.path.isdir(folder):
        raise DataError(f"expected a folder of pictures; {folder} is none.")
    found = [path for path in visible_files(folder) if is_picture_name(path)]
    if not found:
        raise DataError(f"expected pictures ({', '.join(sorted(SUFFIXES))}) in {folder}; there are none.")
    return found


def check_new(out: Path) -> None:
    """Refuse a folder in use.

    Raises:
        DataError: it is there and not empty, or cannot be looked into.
    """
    try:
        in_use = out.exists() and (not out.is_dir() or any(out.iterdir()))
    except OSError as error:
        raise DataError(f"expected a new or an empty folder for --out; {out}: {error.strerror}.") from error
    if in_use:
        raise DataError(f"expected a new or an empty folder for --out; {out} is in use. Empty it or name another.")
