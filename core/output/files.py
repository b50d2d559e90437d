"""Atomic file output: written to a temporary file first, which then replaces the target."""

from __future__ import annotations

import contextlib
import errno
import io
import itertools
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TextIO

KEPT = "What was written until then is in {path}."


def write_file(path: Path, content: str | bytes) -> None:
    """Write a file, text as UTF-8; an existing file is replaced only by the complete content.

    Raises:
        OSError: it cannot be written; an existing file is unchanged.
    """
    with atomic_write(path) as stream:
        stream.write(content.encode() if isinstance(content, str) else content)


@contextlib.contextmanager
def atomic_write(path: Path, keep: bool = False) -> Iterator[IO[bytes]]:
    """Open a file that replaces its target when the block ends; after an exception, an existing target is unchanged.

    A symbolic link is followed. A target that is not a regular file, such as a pipe or /dev/stdout, is written
    directly.

    Args:
        keep: after an exception, keep what was written: as the target if there was none, else beside it as .partial.
            A note on the exception says where.

    Raises:
        OSError: it cannot be written.
    """
    target = Path(os.path.realpath(path))
    if not target.is_file():
        with _in_place(target, keep) as stream:
            yield stream
        return
    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    temporary_path, stream = _aside(target)
    try:
        with stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        _move(temporary_path, target)
    except BaseException as error:
        if keep and temporary_path.stat().st_size:
            partial_path = _free(target)
            _move(temporary_path, partial_path)
            error.add_note(KEPT.format(path=partial_path))
        raise
    finally:
        temporary_path.unlink(missing_ok=True)


@contextlib.contextmanager
def atomic_write_text(path: Path, keep: bool = False) -> Iterator[TextIO]:
    """Like `atomic_write`, for text in UTF-8; line endings are not translated."""
    with atomic_write(path, keep) as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
        try:
            yield text
        finally:
            text.detach()


@contextlib.contextmanager
def _in_place(target: Path, keep: bool) -> Iterator[IO[bytes]]:
    """Open a target that does not exist yet, or one that is not a regular file, such as a pipe, for direct writing."""
    existed = os.path.lexists(target)
    try:
        with target.open("wb") as stream:
            yield stream
    except BaseException as error:
        if not existed and target.is_file():
            if keep and target.stat().st_size:
                error.add_note(KEPT.format(path=target))
            else:
                target.unlink()
        raise


def _free(target: Path) -> Path:
    """Return an unused file name beside the target."""
    suffixes = itertools.chain([""], itertools.count(2))
    names = (target.with_name(f"{target.name}.partial{suffix}") for suffix in suffixes)
    return next(path for path in names if not os.path.lexists(path))


def _aside(target: Path) -> tuple[Path, IO[bytes]]:
    """Open a new temporary file, beside the target if its folder allows that."""
    # Not derived from the target's name, which could make it too long.
    temporary_path = target.with_name(f".fairest-{secrets.token_hex(8)}")
    stream: IO[bytes]
    try:
        stream = temporary_path.open("xb")
    except OSError:
        descriptor, name = tempfile.mkstemp(prefix="fairest-")
        temporary_path, stream = Path(name), os.fdopen(descriptor, "wb")
    with contextlib.suppress(OSError):
        shutil.copymode(target, temporary_path)
    return temporary_path, stream


def _move(temporary_path: Path, target: Path) -> None:
    try:
        temporary_path.replace(target)
    except OSError:
        # The target is on another file system, or is a mount point itself.
        shutil.copyfile(temporary_path, target)
