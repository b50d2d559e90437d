"""Low-priority thread pool for CPU-heavy work that unauthenticated clients can trigger, such as password hashing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import TypeVar

from core.live.loop import give_way
from webapp.common.threads import filled_pool

NICENESS = 10
THREADS = 2
"""One for a password and one for an API key; each kind is checked one at a time."""

T = TypeVar("T")


@cache
def _pool() -> ThreadPoolExecutor:
    return filled_pool(THREADS, "background", partial(give_way, NICENESS))


async def in_background(work: Callable[..., T], *args: object) -> T:
    """Run a function in the pool and return its result. It should release the GIL, which ignores thread priorities."""
    return await asyncio.get_running_loop().run_in_executor(_pool(), work, *args)
