"""Where pictures lie: folders of this machine, and whatever pyarrow or fsspec can open by an address."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from fsspec.core import url_to_fs
from pyarrow import ArrowException
from pyarrow.fs import FileSystem, FSSpecHandler, LocalFileSystem, PyFileSystem

from core.errors import FairestError

ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*::|[A-Za-z][A-Za-z0-9+.-]+://")
"""How an address begins; a lone letter is a Windows drive. fsspec chains them: `zip://*::s3://bucket/a.zip`."""

BY_ARROW = ("file", "s3", "gs", "gcs", "hdfs", "viewfs", "abfs", "abfss")
"""Schemes that need no other package."""


class PlaceError(FairestError):
    """An address cannot be opened."""


@dataclass(frozen=True, slots=True)
class Place:
    """A path in a file system. root: the address that it was reached by, empty for this machine's own paths."""

    root: str
    path: str

    @property
    def filesystem(self) -> FileSystem:
        """Opened once a process."""
        return filesystem(self.root)[0]


def is_address(text: str) -> bool:
    """Whether it is an address and not a path of this machine."""
    return ADDRESS.match(text) is not None


def shown_address(text: str) -> str:
    """An address as results may show it: without the keys and options that it may hold."""
    return re.sub(r"://[^/@]*@", "://", text.partition("?")[0])


def place(text: str) -> Place:
    """Where a path or an address leads.

    Raises:
        PlaceError: nothing here opens such addresses, or the store cannot be reached.
    """
    return Place(text, filesystem(text)[1]) if is_address(text) else Place("", text)


@functools.cache
def filesystem(root: str) -> tuple[FileSystem, str]:
    """The file system of an address and the path in it; of this machine for an empty one.

    Raises:
        PlaceError: see `place`.
    """
    if not root:
        return LocalFileSystem(), ""
    try:
        if "::" not in root and root.split("://", maxsplit=1)[0].lower() in BY_ARROW:
            made: tuple[FileSystem, str] = FileSystem.from_uri(root)
            return made
        opened, path = url_to_fs(root)
        return PyFileSystem(FSSpecHandler(opened)), path
    except ImportError as error:
        raise PlaceError(
            "Expected an address that can be opened; {root} needs another package: {reason}",
            root=shown_address(root),
            reason=error,
        ) from error
    except (ArrowException, OSError, ValueError, TypeError) as error:
        raise PlaceError(
            "Expected an address that can be opened; {root}: {reason}", root=shown_address(root), reason=error
        ) from error
