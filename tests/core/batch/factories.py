"""Small pictures and raters for the tests of core.batch; importable by other processes."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from core.batch.listing import Picture
from core.batch.rating import failed_result
from core.output.sinks import Result


def jpeg(shade: int, side: int = 32) -> bytes:
    """A picture of one shade of grey."""
    stream = io.BytesIO()
    Image.fromarray(np.full((side, side, 3), shade, np.uint8)).save(stream, "JPEG", quality=95)
    return stream.getvalue()


def table(path: Path, pictures: list[bytes | None], names: list[str] | None = None, struct: bool = False) -> Path:
    """A Parquet table of pictures, three rows to a row group."""
    values = [None if data is None else {"bytes": data, "path": None} for data in pictures] if struct else pictures
    columns = {"image" if struct else "bytes": values} | ({"file": names} if names else {})
    pq.write_table(pa.table(columns), path, row_group_size=3)
    return path


def damaged_zip(path: Path) -> Path:
    """A zip of the pictures a, crc, deflated, encrypted, method and z .jpg: all but a and z are damaged accordingly."""
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("a", "crc", "deflated", "encrypted", "method", "z"):
            archive.writestr(f"{name}.jpg", jpeg(1), zipfile.ZIP_DEFLATED if name == "deflated" else zipfile.ZIP_STORED)
        entries = {entry.filename.removesuffix(".jpg"): entry.header_offset for entry in archive.infolist()}
    data = bytearray(path.read_bytes())
    for name, offset in entries.items():
        listed = data.rindex(f"{name}.jpg".encode()) - 46
        content = offset + 30 + len(f"{name}.jpg")
        if name == "crc":
            data[content + 30] ^= 1
        elif name == "deflated":
            data[content : content + 8] = b"\xff" * 8
        elif name == "encrypted":
            data[offset + 6] |= 1
            data[listed + 8] |= 1
        elif name == "method":
            data[offset + 8] = data[listed + 10] = 99
    path.write_bytes(data)
    return path


class FakeRater:
    """Rates nothing: tells the process, dies of names with "deadly", of names with "once" the first time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def rate(self, picture: Picture) -> Result:
        """See PictureRater."""
        if "deadly" in picture.file:
            os._exit(1)
        mark = self._folder / f"{picture.file}.mark"
        if "once" in picture.file and not mark.exists():
            mark.touch()
            os._exit(1)
        if "bad" in picture.file:
            return failed_result(picture, "Expected better.")
        return Result(picture.file, os.getpid(), 1, None, 1.0, [])


class CrashingRater:
    """Dies of every picture."""

    def rate(self, picture: Picture) -> Result:
        """See PictureRater."""
        os._exit(1)
