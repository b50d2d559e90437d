"""Downloads of the rated pictures: CSV, JSON, and a zip of the drawn ones, all made in memory."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePosixPath

from core.output.sinks import CsvSink
from webapp.photos.album import Photo

MARK = "\ufeff"
"""Byte order mark at the start of a CSV, which makes Excel read it as UTF-8."""

RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?", re.IGNORECASE)
"""File names reserved for devices on Windows."""


def as_csv(photos: Sequence[Photo]) -> str:
    """Return the file contract's CSV, one row per face."""
    stream = io.StringIO()
    sink = CsvSink(stream)
    for photo in photos:
        sink.write(photo.result())
    return stream.getvalue()


def csv_file(photos: Sequence[Photo]) -> bytes:
    """Return the CSV as a file that Excel opens with the right encoding."""
    return (MARK + as_csv(photos)).encode()


def as_json(photos: Sequence[Photo]) -> str:
    """Return an array of the file contract's objects, one per picture."""
    return json.dumps([photo.result().to_dict() for photo in photos], ensure_ascii=False, indent=1) + "\n"


def as_zip(photos: Sequence[Photo], now: datetime) -> bytes:
    """Return the drawn pictures as JPEGs without metadata; those that could not be opened are left out.

    Args:
        photos: the pictures.
        now: modification time of the entries.
    """
    stream = io.BytesIO()
    used_names: set[str] = set()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for photo in photos:
            if photo.rated:
                entry = zipfile.ZipInfo(entry_name(photo, used_names), now.timetuple()[:6])
                archive.writestr(entry, photo.rated.drawn)
    return stream.getvalue()


def entry_name(photo: Photo, used_names: set[str]) -> str:
    """Return a name for a zip entry that any system can unpack.

    It is the picture's name without folders, ending in .jpg, with a number if the name is taken.
    """
    stem = PurePosixPath(photo.name.replace("\\", "/")).stem.strip(". ") or "picture"
    stem = re.sub(r'[<>:"|?*\x00-\x1f]', "_", stem)
    stem = f"_{stem}" if RESERVED.fullmatch(stem) else stem
    name, count = f"{stem}.jpg", 1
    while name.lower() in used_names:
        count += 1
        name = f"{stem}-{count}.jpg"
    used_names.add(name.lower())
    return name
