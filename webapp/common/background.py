"""Work that takes a processor for long and gives way to live video: what strangers can have done, such as passwords."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from core.live.loop import give_way

NICENESS = 10
THREADS = 2
"""One for a password and one for a key of the API; each of them is checked one at a time."""

T = TypeVar("T")


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, "background", initializer=give_way, initargs=(NICENESS,))


async def in_background(work: Callable[..., T], *given: object) -> T:
    """What comes of some work. It should not hold Python's lock, which knows no niceness."""
    return await asyncio.get_running_loop().run_in_executor(_pool(), work, *given)
