"""Ensures that only one process at a time writes to a run's folder."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from training.errors import TrainingError

LOCK = "lock"
"""The lock file in a run's folder."""

ENDING_SECONDS = 60.0
"""Seconds to wait for a writer that is being stopped, on another machine for example."""

NO_LOCKS = frozenset({errno.ENOSYS, errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL})
"""Errors of file systems that do not support locks."""


@contextmanager
def run_lock(run: Path, seconds: float = ENDING_SECONDS) -> Iterator[None]:
    """Hold a lock on a run's folder; the system releases it however the process ends.

    If the file system does not support locks, nothing is locked: a plain marker file would outlive its writer.

    Args:
        run: the folder.
        seconds: how long to wait for another writer to end.

    Raises:
        TrainingError: another process still writes to it, or the lock file cannot be created.
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
