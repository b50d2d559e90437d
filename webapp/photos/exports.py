"""What a viewer takes home of the rated pictures: CSV, JSON, and a zip of the drawn ones. All made in memory."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePosixPath

from core.sinks import CsvSink
from webapp.photos.album import Photo

MARK = "\ufeff"
"""A CSV begins with it, so that Excel takes it for UTF-8."""

RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?", re.IGNORECASE)
"""Names that Windows keeps for devices."""


def as_csv(photos: Sequence[Photo]) -> str:
    """The file contract's CSV: a row a face."""
    stream = io.StringIO()
    sink = CsvSink(stream)
    for photo in photos:
        sink.write(photo.result())
    return stream.getvalue()


def csv_file(photos: Sequence[Photo]) -> bytes:
    """The same as a file that Excel opens with every letter as it is."""
    return (MARK + as_csv(photos)).encode()


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
    """A name within the archive that any system can unpack: the picture's, without folders, ending in .jpg, and with a
    number if it is taken.
    """
    stem = PurePosixPath(photo.name.replace("\\", "/")).stem.strip(". ") or "picture"
    stem = re.sub(r'[<>:"|?*\x00-\x1f]', "_", stem)
    stem = f"_{stem}" if RESERVED.fullmatch(stem) else stem
    name, count = f"{stem}.jpg", 1
    while name.lower() in taken:
        count += 1
        name = f"{stem}-{count}.jpg"
    taken.add(name.lower())
    return name
