from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from tests.patience import PATIENCE, until
from webapp.live.signalling.event_loop import LoopThread


@pytest.fixture
def loop() -> Iterator[LoopThread]:
    loop_thread = LoopThread("test")
    yield loop_thread
    loop_thread.close(PATIENCE)


async def where() -> str:
    await asyncio.sleep(0)
    return threading.current_thread().name


async def fail() -> None:
    raise ValueError("injected")


def test_work_runs_in_the_thread_and_comes_back_to_another_loop(loop: LoopThread) -> None:
    assert asyncio.run(loop.call(where())) == "test"
    with pytest.raises(ValueError, match="injected"):
        asyncio.run(loop.call(fail()))


def test_other_threads_wait_for_it(loop: LoopThread) -> None:
    assert loop.wait(where(), PATIENCE) == "test"
    with pytest.raises(TimeoutError):
        loop.wait(asyncio.sleep(60), 0.01)


def test_things_are_done_soon_and_in_order(loop: LoopThread) -> None:
    calls: list[int] = []
    for number in range(3):
        loop.soon(calls.append, number)
    until(lambda: calls == [0, 1, 2])


def test_nothing_is_done_once_it_is_closed() -> None:
    loop = LoopThread("test")
    loop.close(PATIENCE)
    assert "test" not in {thread.name for thread in threading.enumerate()}
    loop.soon(pytest.fail)
    loop.close(PATIENCE)
