"""Thread pools whose threads are all started at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress


def filled_pool(threads: int, name: str, initializer: Callable[[], object] | None = None) -> ThreadPoolExecutor:
    """Create a pool and start all its threads, or as many as the system provides.

    A ThreadPoolExecutor otherwise starts a thread whenever all of its others are busy, possibly hours later: on a
    server, that looks like a leak.

    Args:
        threads: number of threads.
        name: prefix of their names.
        initializer: called first in each thread.
    """
    pool = ThreadPoolExecutor(threads, name, initializer)
    started = threading.Event()
    # RuntimeError: the system provides no more threads. The pool works with fewer, and tries again when it is used.
    with suppress(RuntimeError):
        for _ in range(threads):
            # Each waits until all are started, so that none of them is idle and takes the next one's work.
            pool.submit(started.wait)
    started.set()
    return pool
