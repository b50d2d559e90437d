"""What a viewer takes home of the rated pictures: CSV, JSON, and a zip of the drawn ones. All made in memory."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import PurePosixPath

from core.sinks import CsvSink, Result
from webapp.tray import Photo

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins with one of these is run by spreadsheets."""


def as_csv(photos: Sequence[Photo]) -> str:
    """The file contract's CSV: a row a face. Names that a spreadsheet would run as a formula get an apostrophe."""
    stream = io.StringIO()
    sink = CsvSink(stream)
    for photo in photos:
        sink.write(harmless(photo.result()))
    return stream.getvalue()


def harmless(result: Result) -> Result:
    """The result with a name that no spreadsheet takes for a formula."""
    return replace(result, file=f"'{result.file}") if result.file.startswith(FORMULA) else result


def as_json(photos: Sequence[Photo]) -> str:
    """An array of the file contract's objects, one a picture."""
    return json.dumps([photo.result().to_dict() for photo in photos], ensure_ascii=False, indent=1) + "\n"


def as_zip(photos: Sequence[Photo], now: datetime) -> bytes:
    """The drawn pictures, as JPEG without any metadata; those that could not be opened are left out.

    Args:
        now: the entries' date.
    """
    stream = io.BytesIO()
    taken: set[str] = set()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for photo in photos:
            if photo.rated:
                entry = zipfile.ZipInfo(entry_name(photo, taken), now.timetuple()[:6])
                archive.writestr(entry, photo.rated.drawn)
    return stream.getvalue()


def entry_name(photo: Photo, taken: set[str]) -> str:
    """A name within the archive: the picture's, without folders, ending in .jpg, and with a number if it is taken."""
    stem = PurePosixPath(photo.name.replace("\\", "/")).stem.strip(". ") or "picture"
    name, count = f"{stem}.jpg", 1
    while name.lower() in taken:
        count += 1
        name = f"{stem}-{count}.jpg"
    taken.add(name.lower())
    return name
