from __future__ import annotations

import asyncio
from typing import Any

import pytest

from webapp.common.disconnects import while_connected


async def never() -> Any:
    return await asyncio.Event().wait()


async def leaving() -> Any:
    return {"type": "http.disconnect"}


def test_work_is_done_as_long_as_somebody_listens() -> None:
    async def work() -> int:
        await asyncio.sleep(0)
        return 7

    assert asyncio.run(while_connected(work(), never)) == 7


def test_it_is_cancelled_when_nobody_does() -> None:
    cancelled = []

    async def work() -> int:
        try:
            return int(await never())
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    assert asyncio.run(while_connected(work(), leaving)) is None
    assert cancelled == [True]


def test_its_error_is_the_callers() -> None:
    async def work() -> None:
        raise ValueError("wrong")

    with pytest.raises(ValueError, match="wrong"):
        asyncio.run(while_connected(work(), never))


def test_who_is_cancelled_cancels_it() -> None:
    cancelled = []

    async def work() -> None:
        try:
            await never()
        except asyncio.CancelledError:
            cancelled.append(True)
            raise

    async def scenario() -> None:
        task = asyncio.ensure_future(while_connected(work(), never))
        for _ in range(3):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.sleep(0)

    asyncio.run(scenario())
    assert cancelled == [True]
