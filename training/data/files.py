"""The files of a user's folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from core.batch.files import files_below, is_picture_name
from core.images.decode import SUFFIXES
from training.errors import DataError


def visible_files(folder: Path, unread: list[str] | None = None) -> Iterator[Path]:
    """Yield the files of a folder and its subfolders in path order, without files that systems leave behind.

    Args:
        unread: receives a sentence for each folder and picture that cannot be read.
    """
    for entry in files_below(str(folder)):
        if not entry.error:
            yield Path(entry.path)
        elif unread is not None and (entry.folder or is_picture_name(entry.path)):
            unread.append(f"{entry.path} cannot be read ({entry.error}).")


def picture_files(folder: Path, unread: list[str] | None = None) -> list[Path]:
    """Return the visible files of a folder with a picture's suffix.

    Args:
        unread: see visible_files.

    Raises:
        DataError: no such folder, or no picture in it.
    """
    if not os.path.isdir(folder):
        raise DataError(f"expected a folder of pictures; {folder} is none.")
    problems: list[str] = []
    pictures = [path for path in visible_files(folder, problems) if is_picture_name(path)]
    if not pictures:
        raise DataError(
            " ".join([f"expected pictures ({', '.join(sorted(SUFFIXES))}) in {folder}; there are none.", *problems])
        )
    if unread is not None:
        unread += problems
    return pictures


def check_new(out: Path) -> None:
    """Refuse a folder in use.

    Raises:
        DataError: it exists and is not empty, or cannot be read.
    """
    try:
        in_use = out.exists() and (not out.is_dir() or any(out.iterdir()))
    except OSError as error:
        raise DataError(f"expected a new or an empty folder for --out; {out}: {error.strerror}.") from error
    if in_use:
        raise DataError(f"expected a new or an empty folder for --out; {out} is in use. Empty it or name another.")
