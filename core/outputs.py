"""Files that are written as a whole or not at all: aside first, then put in the place of what was there."""

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
    """Write a file, text as UTF-8; one that is there is replaced only by the whole of it.

    Raises:
        OSError: it cannot be written; what was there stays.
    """
    with atomic_write(path) as stream:
        stream.write(content.encode() if isinstance(content, str) else content)


@contextlib.contextmanager
def atomic_write(path: Path, keep: bool = False) -> Iterator[IO[bytes]]:
    """A file that takes its place when the block ends; after an exception, what was there stays as it was.

    A link is followed. What is no regular file, as a pipe or /dev/stdout, is written at once.

    Args:
        keep: after an exception, keep what was written: in its place if nothing was there, else beside it as .partial.
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
    aside, stream = _aside(target)
    try:
        with stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        _move(aside, target)
    except BaseException as error:
        if keep and aside.stat().st_size:
            beside = _free(target)
            _move(aside, beside)
            error.add_note(KEPT.format(path=beside))
        raise
    finally:
        aside.unlink(missing_ok=True)


@contextlib.contextmanager
def atomic_write_text(path: Path, keep: bool = False) -> Iterator[TextIO]:
    """As `atomic_write`, for text in UTF-8 with its line ends as they are given."""
    with atomic_write(path, keep) as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
        try:
            yield text
        finally:
            text.detach()


@contextlib.contextmanager
def _in_place(target: Path, keep: bool) -> Iterator[IO[bytes]]:
    """A file where none was; or whatever else is there, such as a pipe."""
    there = os.path.lexists(target)
    try:
        with target.open("wb") as stream:
            yield stream
    except BaseException as error:
        if not there and target.is_file():
            if keep and target.stat().st_size:
                error.add_note(KEPT.format(path=target))
            else:
                target.unlink()
        raise


def _free(target: Path) -> Path:
    """A name beside the target that is not taken."""
    tails = itertools.chain([""], itertools.count(2))
    names = (target.with_name(f"{target.name}.partial{tail}") for tail in tails)
    return next(path for path in names if not os.path.lexists(path))


def _aside(target: Path) -> tuple[Path, IO[bytes]]:
    """A new file, beside the target if its folder allows that."""
    # Not named after it: the name might become too long.
    aside = target.with_name(f".fairest-{secrets.token_hex(8)}")
    stream: IO[bytes]
    try:
        stream = aside.open("xb")
    except OSError:
        number, name = tempfile.mkstemp(prefix="fairest-")
        aside, stream = Path(name), os.fdopen(number, "wb")
    with contextlib.suppress(OSError):
        shutil.copymode(target, aside)
    return aside, stream


def _move(aside: Path, target: Path) -> None:
    try:
        aside.replace(target)
    except OSError:
        # Another file system, or a file that is mounted by itself.
        shutil.copyfile(aside, target)
