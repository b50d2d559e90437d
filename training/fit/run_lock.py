"""One process at a time writes in a run's folder."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from training.errors import TrainingError

LOCK = "lock"
"""The file in a run's folder that its writer holds."""

ENDING_SECONDS = 60.0
"""For a writer that was given up, on another machine for example, to end."""

NO_LOCKS = frozenset({errno.ENOSYS, errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL})
"""What a file system answers that knows no locks."""


@contextmanager
def run_lock(run: Path, seconds: float = ENDING_SECONDS) -> Iterator[None]:
    """Hold a run's folder; the system lets go of it when the process ends, however it does.

    Where the file system knows no locks, nothing is held and nobody is kept out: a file that merely lies there would
    outlive its writer.

    Args:
        run: the folder.
        seconds: how long to wait for another writer to end.

    Raises:
        TrainingError: another process still writes in it, or nobody may.
    """
    lock = FileLock(run / LOCK, timeout=seconds, poll_interval=0.2, fallback_to_soft=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise TrainingError(
            f"expected to be the only process that trains in {run}; another one does. Stop it, or wait for it."
        ) from error
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise TrainingError(f"expected a folder to write to; {run} is none ({error.strerror}).") from error
    try:
        yield
    finally:
        lock.release()
