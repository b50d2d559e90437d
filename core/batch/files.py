"""Lists the files of a user's folder: tells pictures from files that the system left behind.

Used for all folders and archives: by `python -m core`, training, zips, and the page's file picker.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import NamedTuple

from core.images.decode import SUFFIXES

LEFT_BEHIND = (
    r"\.(?!\.?$).*|__macosx|thumbs\.db(?:[:.].*)?|ehthumbs(?:_vista)?\.db|desktop\.ini|icon\r|@eadir|#recycle"
    r"|\$recycle\.bin|system volume information|lost\+found"
)
"""Full names, in any case, of files that systems leave behind: hidden files (such as `._x` and `.DS_Store` of macOS),
Windows's thumbnails and folder settings, recycle bins. The page's JavaScript reads the same expression."""

_left_behind = re.compile(LEFT_BEHIND, re.IGNORECASE | re.DOTALL)


def is_left_behind(parts: Iterable[str]) -> bool:
    """Whether a path, given as its parts below the given folder, leads to something that a system left behind."""
    return any(_left_behind.fullmatch(part) for part in parts)


def is_picture_name(name: str | PurePath) -> bool:
    """Whether a name has the suffix, in any case, of a picture that `core.images.decode` opens."""
    return PurePath(name).suffix.lower() in SUFFIXES


class FoundFile(NamedTuple):
    """An entry below a folder: a file, or a folder that cannot be read.

    error: why it cannot be read; empty if it can.
    """

    path: str
    error: str = ""
    folder: bool = False


def files_below(folder: str) -> Iterator[FoundFile]:
    """Yield the files of a folder and its subfolders in path order, without left-behind files.

    Unreadable entries are yielded in their place with an error: a folder without permission, a path that is too long, a
    dangling link, something that is not a regular file. Links to folders are not followed.
    """
    # Not recursive: folders may be nested deeper than the recursion limit.
    waiting: list[Iterator[FoundFile | os.DirEntry[str]]] = [_entries(folder)]
    while waiting:
        entry = next(waiting[-1], None)
        if entry is None:
            waiting.pop()
        elif isinstance(entry, FoundFile):
            yield entry
        else:
            try:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(_entries(entry.path))
                elif not entry.is_dir():
                    yield FoundFile(entry.path, "" if entry.is_file() else _why_no_file(entry.path))
            except OSError as error:
                yield FoundFile(entry.path, reason(error))


def _entries(folder: str) -> Iterator[FoundFile | os.DirEntry[str]]:
    """Yield a folder's entries, sorted by name."""
    try:
        with os.scandir(folder) as scanned:
            entries = sorted(
                (entry for entry in scanned if not is_left_behind([entry.name])), key=lambda entry: entry.name
            )
    except OSError as error:
        return iter([FoundFile(folder, reason(error), folder=True)])
    return iter(entries)


def _why_no_file(path: str) -> str:
    try:
        os.stat(path)
    except OSError as error:
        return reason(error)
    return "it is no regular file"


def reason(error: OSError) -> str:
    """Return the system's message for an error, without the path."""
    return error.strerror or str(error) or type(error).__name__
