"""The files of a folder that a person filled: which of them are pictures, and which nobody put there.

All that looks into folders or archives asks here: `python -m core`, training, zips, the page's picker.
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
"""Whole names, in any case, of what systems leave behind: hidden files (`._x` and `.DS_Store` of macOS among them),
Windows's thumbnails and settings of folders, recycle bins. The page's JavaScript reads the same expression."""

_left_behind = re.compile(LEFT_BEHIND, re.IGNORECASE | re.DOTALL)


def is_left_behind(parts: Iterable[str]) -> bool:
    """Whether a path, given as its parts below the folder that was named, leads to what a system left behind."""
    return any(_left_behind.fullmatch(part) for part in parts)


def is_picture_name(name: str | PurePath) -> bool:
    """Whether a name's ending, in any case, is that of a picture that `core.images.decode` opens."""
    return PurePath(name).suffix.lower() in SUFFIXES


class FoundFile(NamedTuple):
    """What lies below a folder: a file, or a folder that cannot be looked into.

    error: why it cannot be looked at; empty when it can.
    """

    path: str
    error: str = ""
    folder: bool = False


def files_below(folder: str) -> Iterator[FoundFile]:
    """The files of a folder and of the folders in it, in the order of their paths, left-behind ones passed over.

    What cannot be looked at is told where it would stand: a folder without permission, a path that is too long, a link
    that leads nowhere, what is no file. Links to folders are not followed.
    """
    # No recursion: folders may lie deeper in each other than it may go.
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
    """What a folder holds, by name."""
    try:
        with os.scandir(folder) as there:
            entries = sorted((entry for entry in there if not is_left_behind([entry.name])), key=lambda one: one.name)
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
    """What the system says of an error, without the path."""
    return error.strerror or str(error) or type(error).__name__
