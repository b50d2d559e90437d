"""Cancel work for clients that have disconnected."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from starlette.types import Receive

T = TypeVar("T")


async def while_connected(work: Coroutine[Any, Any, T], receive: Receive) -> T | None:
    """Run a coroutine, cancelling it if the client disconnects.

    Args:
        work: the coroutine.
        receive: ASGI receive of a request whose body has been read.

    Returns:
        The coroutine's result; None if the client disconnected.

    Raises:
        Exception: whatever the coroutine raises.
    """
    work_task = asyncio.ensure_future(work)

    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    watch_task = asyncio.ensure_future(gone())
    try:
        await asyncio.wait({work_task, watch_task}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        watch_task.cancel()
        if not work_task.done():
            work_task.cancel()
    with suppress(asyncio.CancelledError):
        return await work_task
    return None
