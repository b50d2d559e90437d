"""One process at a time writes in a run's folder."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from training.errors import TrainingError

if sys.platform != "win32":
    import fcntl

LOCK = "lock"
"""The file in a run's folder that its writer holds."""

ENDING_SECONDS = 60.0
"""Seconds for a writer that was given up, on another machine for example, to end."""


def try_lock(file: TextIO) -> bool:
    """Try to hold a file; where the file system knows no locks, nothing is held and nobody is kept out."""
    if sys.platform == "win32":
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


@contextmanager
def run_lock(run: Path, seconds: float = ENDING_SECONDS) -> Iterator[None]:
    """Hold a run's folder; the system lets go of it when the process ends, however it does. Not on Windows.

    Args:
        run: the folder.
        seconds: how long to wait for another writer to end.

    Raises:
        TrainingError: another process still writes in it, or nobody may.
    """
    deadline = time.monotonic() + seconds
    try:
        opened = (run / LOCK).open("a", encoding="utf-8")
    except OSError as error:
        raise TrainingError(f"expected a folder to write to; {run} is none ({error.strerror}).") from error
    with opened as file:
        while not try_lock(file):
            if time.monotonic() >= deadline:
                raise TrainingError(
                    f"expected to be the only process that trains in {run}; another one does. Stop it, or wait for it."
                )
            time.sleep(0.2)
        yield
