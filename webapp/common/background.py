"""Work that takes a processor for long and gives way to live video: what strangers can have done, such as passwords."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

NICENESS = 10
THREADS = 2
"""One for a password and one for a key of the API; each of them is checked one at a time."""

T = TypeVar("T")


def give_way() -> None:
    """Have this thread give way to others, where a system knows niceness of threads: Linux."""
    if sys.platform.startswith("linux"):
        thread = threading.get_native_id()
        nice = min(os.getpriority(os.PRIO_PROCESS, thread) + NICENESS, 19)
        os.setpriority(os.PRIO_PROCESS, thread, nice)


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, "background", initializer=give_way)


async def in_background(work: Callable[..., T], *given: object) -> T:
    """What comes of some work. It should not hold Python's lock, which knows no niceness."""
    return await asyncio.get_running_loop().run_in_executor(_pool(), work, *given)
