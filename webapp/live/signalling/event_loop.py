"""An event loop in a thread of its own, so that video and the page's requests do not wait for each other."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")


class LoopThread:
    """Runs what other threads and loops hand over."""

    def __init__(self, name: str) -> None:
        """Args:
        name: the thread's.
        """
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    async def call(self, work: Coroutine[Any, Any, T]) -> T:
        """What some work comes to; asked from another loop."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    def wait(self, work: Coroutine[Any, Any, T], timeout: float) -> T:
        """What some work comes to; asked from another thread.

        Raises:
            TimeoutError: it took longer than so many seconds.
        """
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout)

    def soon(self, act: Callable[..., object], *given: object) -> None:
        """Do something soon; nothing once the loop is closed. For use by any thread."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(act, *given)

    def close(self, timeout: float) -> None:
        """Stop, and wait for it so many seconds at most."""
        self.soon(self._loop.stop)
        self._thread.join(timeout)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._loop.close()
