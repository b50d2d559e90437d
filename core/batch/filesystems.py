"""Locations of pictures: local folders, and any address that pyarrow or fsspec can open."""

from __future__ import annotations

import functools
import os
import re
from dataclasses import dataclass
from typing import Any

from fsspec.core import url_to_fs
from fsspec.implementations.zip import ZipFileSystem
from pyarrow import PythonFile
from pyarrow.fs import FileSystem, FileType, FSSpecHandler, LocalFileSystem, PyFileSystem

from core.batch.zipnames import rename_entries
from core.errors import FairestError

ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*::|[A-Za-z][A-Za-z0-9+.-]+://")
"""How an address begins; a single letter is a Windows drive. fsspec chains them: `zip://*::s3://bucket/a.zip`."""

BY_ARROW = ("file", "s3", "gs", "gcs", "hdfs", "viewfs", "abfs", "abfss")
"""Schemes that pyarrow opens without another package."""


class LocationError(FairestError):
    """An address cannot be opened."""


@dataclass(frozen=True, slots=True)
class Location:
    """A path in a file system. root: the address from which it was reached, empty for local paths."""

    root: str
    path: str

    @property
    def filesystem(self) -> FileSystem:
        """The file system, opened once per process."""
        return filesystem(self.root)[0]

    def is_file(self) -> bool:
        """Whether the file exists."""
        if self.root:
            return bool(self.filesystem.get_file_info(self.path).type == FileType.File)
        return os.path.isfile(self.path)

    def open(self) -> Any:
        """Open the file in the form that pyarrow's readers accept.

        Raises:
            OSError: it cannot be opened.
        """
        try:
            self.path.encode()
        except UnicodeEncodeError:
            # Pyarrow cannot open a path that is not UTF-8.
            return PythonFile(open(self.path, "rb"), "r")
        return self.filesystem.open_input_file(self.path)


def is_address(text: str) -> bool:
    """Whether a text is an address rather than a local path; an existing local path is not an address."""
    return ADDRESS.match(text) is not None and not os.path.lexists(text)


def shown_address(text: str) -> str:
    """Return an address without the keys and options that it may contain, for use in results."""
    return re.sub(r"://[^/@]*@", "://", text.partition("?")[0])


def locate(text: str) -> Location:
    """Resolve a path or an address.

    Raises:
        LocationError: the scheme is not supported, or the store cannot be reached.
    """
    if not is_address(text):
        return Location("", text)
    opened, path = filesystem(text)
    return Location("" if isinstance(opened, LocalFileSystem) else text, path)


@functools.cache
def filesystem(root: str) -> tuple[FileSystem, str]:
    """Return the file system of an address and the path in it; the local one for an empty address.

    Raises:
        LocationError: see `locate`.
    """
    if not root:
        return LocalFileSystem(), ""
    try:
        if "::" not in root and root.split("://", maxsplit=1)[0].lower() in BY_ARROW:
            filesystem_and_path: tuple[FileSystem, str] = FileSystem.from_uri(root)
            return filesystem_and_path
        opened, path = url_to_fs(root)
        if isinstance(opened, ZipFileSystem):
            rename_entries(opened.zip)
        return PyFileSystem(FSSpecHandler(opened)), path
    except ImportError as error:
        raise LocationError(
            "Expected an address that can be opened; {root} needs another package: {reason}",
            root=shown_address(root),
            reason=error,
        ) from error
    except Exception as error:  # file systems raise kinds of their own, as for what is no zip
        raise LocationError(
            "Expected an address that can be opened; {root}: {reason}", root=shown_address(root), reason=error
        ) from error
