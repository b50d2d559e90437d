"""Who asked and has gone takes no more of anybody's time."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from starlette.types import Receive

T = TypeVar("T")


async def while_connected(work: Coroutine[Any, Any, T], receive: Receive) -> T | None:
    """Do some work until it is done or the other side has gone; then it is cancelled.

    Args:
        receive: of a request whose body was read.

    Returns:
        What came of it; None when nobody waits for that any more.

    Raises:
        Exception: the work's own.
    """
    working = asyncio.ensure_future(work)

    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    watching = asyncio.ensure_future(gone())
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        watching.cancel()
        if not working.done():
            working.cancel()
    with suppress(asyncio.CancelledError):
        return await working
    return None
