"""An event loop in its own thread, so that video and the page's requests do not block each other."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from core.cores import cores
from webapp.common.threads import filled_pool

HELPERS = min(32, cores() + 4)
"""Threads for the loop's blocking work, such as aiortc's encoding; as many as asyncio would start in time."""

T = TypeVar("T")


class LoopThread:
    """Runs coroutines and callbacks submitted by other threads and loops."""

    def __init__(self, name: str) -> None:
        """Args:
        name: the thread's name.
        """
        self._loop = asyncio.new_event_loop()
        self._helpers = filled_pool(HELPERS, f"{name}-helper")
        self._loop.set_default_executor(self._helpers)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    async def call(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine and return its result. Call it from another loop."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    def wait(self, work: Coroutine[Any, Any, T], timeout: float) -> T:
        """Run a coroutine and return its result. Call it from another thread.

        Raises:
            TimeoutError: it took longer than `timeout` seconds.
        """
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout)

    def soon(self, callback: Callable[..., object], *args: object) -> None:
        """Schedule a callback; does nothing once the loop is closed. Thread-safe."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(callback, *args)

    def close(self, timeout: float) -> None:
        """Stop the loop, and wait at most `timeout` seconds for its thread."""
        self.soon(self._loop.stop)
        self._thread.join(timeout)
        self._helpers.shutdown(wait=False)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._loop.close()
