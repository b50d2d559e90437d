"""Protects inputs from being overwritten by results."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from core.batch.files import is_picture_name
from core.errors import FairestError
from core.images.decode import begins_like_one
from core.images.heif import is_heif
from core.images.webp import is_webp


class OutError(FairestError):
    """Results must not be written to this path."""


def check_result(path: Path, inputs: Iterable[Path] = ()) -> None:
    """Reject an output file that is an input, or any existing picture, table of pictures or archive.

    Args:
        path: of the file, which need not exist.
        inputs: files, and folders whose files are inputs.

    Raises:
        OutError: the file is one of these. OSError: it cannot be read.
    """
    target = Path(os.path.realpath(path))
    for given in inputs:
        input_path = Path(os.path.realpath(given))
        if target == input_path or (
            target.exists() and (target.is_relative_to(input_path) or _same(target, input_path))
        ):
            raise OutError(
                "Expected --out to be different from every input; {path} is an input. Choose another name.", path=path
            )
    if is_picture_name(path) or is_picture_name(target) or _is_rateable(target):
        raise OutError(
            "Expected a name for the results as --out; {path} is the name of a picture, a table or an archive. Choose "
            "another.",
            path=path,
        )


def _same(path: Path, other: Path) -> bool:
    with contextlib.suppress(OSError, ValueError):
        return path.samefile(other)
    return False


def _is_rateable(path: Path) -> bool:
    """Whether the path is a file of a kind that can be rated, judged by its content."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        begin = file.read(64)
    return begins_like_one(begin) or is_heif(begin) or is_webp(begin) or begin.startswith((b"PAR1", b"PK\x03\x04"))
