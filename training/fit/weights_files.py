"""Weights of a run on disk: written atomically, and verified when read.

A file is written under a temporary name and renamed, so that a kill at any moment leaves complete ones, and ends in
its own checksum: HDF5 has none, ignores what follows its content, and would read numbers from damaged data.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import BinaryIO

import keras

from training.errors import TrainingError

MARK = b"fairest sha256 "
SEAL_LENGTH = len(MARK) + 64
CHUNK = 1 << 20


def digest(stream: BinaryIO, size: int) -> bytes:
    """Return the SHA-256 of the first `size` bytes of a file, in hexadecimal."""
    stream.seek(0)
    sha256 = hashlib.sha256()
    while size > 0 and (chunk := stream.read(min(CHUNK, size))):
        sha256.update(chunk)
        size -= len(chunk)
    return sha256.hexdigest().encode()


def is_whole(path: Path) -> bool:
    """Whether a file matches its checksum; one without a checksum, from an earlier version, is accepted."""
    size = path.stat().st_size - SEAL_LENGTH
    if size < 0:
        return True
    with path.open("rb") as stream:
        stream.seek(size)
        seal = stream.read()
        return not seal.startswith(MARK) or seal == MARK + digest(stream, size)


def save_weights(model: keras.Model, path: Path) -> None:
    """Write a model's weights and its optimiser's state with a checksum, replacing an existing file atomically.

    Raises:
        TrainingError: they cannot be written.
    """
    aside = path.with_name("aside.weights.h5")
    try:
        model.save_weights(aside)
        with aside.open("r+b") as stream:
            seal = MARK + digest(stream, os.fstat(stream.fileno()).st_size)
            stream.seek(0, os.SEEK_END)
            stream.write(seal)
        aside.replace(path)
    except OSError as error:
        raise TrainingError(f"cannot write the weights {path} ({error}). Make room; what was there is kept.") from error


def load_weights(model: keras.Model, path: Path, advice: str) -> None:
    """Load a model's weights, and its optimiser's state if it has one, from a file.

    Args:
        model: the network that the file belongs to.
        path: a file of `save_weights`.
        advice: a sentence on what to do if the file is invalid.

    Raises:
        TrainingError: the file is damaged, or belongs to another network.
    """
    try:
        if not is_whole(path):
            raise OSError("its checksum is another one")
        model.load_weights(path)
    except Exception as error:  # h5py and Keras raise a dozen kinds on damaged files
        why = (str(error).splitlines() or [type(error).__name__])[0]
        raise TrainingError(
            f"expected the weights of {model.name} in {path}; it is damaged, or another network's ({why}). {advice}"
        ) from error
