"""Close connections, including those that are still being established.

aiortc's `close()` does not end the tasks in which it establishes a connection. They go on with what was just closed,
and start consent checks, RTCP tasks and decoder threads that nobody stops. docs/upstream.md has a report of it.
"""

from __future__ import annotations

import asyncio
import functools
from weakref import WeakKeyDictionary

from aiortc import RTCPeerConnection

from webapp.live.aiortc_internals import CONNECT

_connecting: WeakKeyDictionary[RTCPeerConnection, set[asyncio.Task[None]]] = WeakKeyDictionary()


@functools.cache
def track_connecting() -> None:
    """Remember the tasks that establish each connection from now on; once a process."""
    connect = CONNECT.current

    @functools.wraps(connect)
    async def tracked(self: RTCPeerConnection) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks = _connecting.setdefault(self, set())
        tasks.add(task)
        try:
            await connect(self)
        finally:
            tasks.discard(task)

    CONNECT.replace(tracked)


async def close(connection: RTCPeerConnection) -> None:
    """Stop establishing a connection, and close it; may be called more than once."""
    tasks = list(_connecting.get(connection, ()))
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await connection.close()
