"""Reads a picture's bytes from any location. Tables are read a few rows at a time, however large their row groups."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow.fs import FileType

from core.batch.filesystems import Location
from core.batch.listing import Picture, picture_column
from core.errors import ImageError
from core.images.crop import Image
from core.images.decode import check_size, decode_picture, read_file
from core.settings import PictureSettings

ROWS = 16
"""Rows of a table in memory at once."""
BUFFER = 1 << 20
"""Bytes read from a table's file at once."""


class Reader:
    """Opens pictures. Rows of a table are fastest in order, since reading continues from the last position."""

    def __init__(self, settings: PictureSettings) -> None:
        self._most_mb = settings.max_picture_mb
        self._most_megapixels = settings.max_megapixels
        self._rows = Rows()

    def read(self, picture: Picture) -> Image:
        """Return a picture's pixels: RGB uint8, (height, width, 3).

        Raises:
            ImageError: it cannot be read, or is not a picture that can be opened.
        """
        return decode_picture(self.content(picture), self._most_mb, self._most_megapixels)

    def content(self, picture: Picture) -> bytes:
        """Return the bytes of a picture's file.

        Raises:
            ImageError: it cannot be read.
        """
        if picture.error:
            raise ImageError(picture.error)
        location = Location(picture.root, picture.path)
        if picture.group < 0 and not picture.root:
            return read_file(Path(picture.path), self._most_mb)
        try:
            data = self._rows.read(location, picture.group, picture.row) if picture.group >= 0 else self._file(location)
        except ImageError:
            raise
        except Exception as error:  # file systems raise kinds of their own, as for an entry of a zip
            reason = next(iter(str(error).splitlines()), type(error).__name__)
            raise ImageError("Expected a picture; the file cannot be read ({reason}).", reason=reason) from error
        return data or b""

    def _file(self, location: Location) -> bytes:
        info = location.filesystem.get_file_info(location.path)
        if info.type == FileType.NotFound:
            raise ImageError("Expected a picture; the file cannot be read ({reason}).", reason="it does not exist")
        check_size(info.size or 0, self._most_mb)
        with location.filesystem.open_input_stream(location.path) as stream:
            data: bytes = stream.read()
        return data


class Rows:
    """Reads single values of a table's column of pictures; remembers the last position."""

    def __init__(self) -> None:
        self._at: tuple[Location, int] | None = None
        self._open = ExitStack()
        self._batches: Iterator[pa.RecordBatch] = iter(())
        self._begin = 0
        self._values: pa.Array = pa.array([], pa.binary())

    def read(self, location: Location, group: int, row: int) -> bytes | None:
        """Return the picture in a row of a row group; None if the value is null."""
        if self._at != (location, group) or row < self._begin:
            self._start(location, group)
        while row >= self._begin + len(self._values):
            self._begin += len(self._values)
            self._values = _pictures(next(self._batches))
        value: bytes | None = self._values[row - self._begin].as_py()
        return value

    def _start(self, location: Location, group: int) -> None:
        self._at = None
        self._open.close()
        # Without pre-buffering, which would load the whole column and may exceed memory.
        table = pq.ParquetFile(location.open(), pre_buffer=False, buffer_size=BUFFER)
        self._open.callback(table.close, force=True)
        column = picture_column(table.schema_arrow)
        self._batches = table.iter_batches(batch_size=ROWS, row_groups=[group], columns=[column], use_threads=False)
        self._begin, self._values = 0, pa.array([], pa.binary())
        self._at = location, group


def _pictures(batch: pa.RecordBatch) -> pa.Array:
    column = batch.column(0)
    return column.field("bytes") if pa.types.is_struct(column.type) else column
