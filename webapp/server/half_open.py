"""Connections whose request has not come: each may wait for a while, and so many may wait at a time.

uvicorn waits for a request's head for ever, and whoever opens connections and sends nothing, or a line now and then,
takes all that a process may have, so that nobody else is let in. Beyond the number the one that has waited for longest
goes: who means it sends a head at once. They are not counted by address, since behind a proxy all have its own.
"""

from __future__ import annotations

import asyncio
import functools
from collections import OrderedDict
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10.0
"""Within which a request's head comes, as deploy/Caddyfile has it."""
MAX_WAITING = 400
"""Connections; fewer than half of the files that a process may have open where nobody has raised that."""


class Waiting:
    """The connections that wait; for one event loop."""

    def __init__(self, seconds: float = HEAD_SECONDS, most: int = MAX_WAITING) -> None:
        """Args:
        seconds: after which one is closed.
        most: at a time.
        """
        self._seconds = seconds
        self._most = most
        self._timers: OrderedDict[H11Protocol, asyncio.TimerHandle] = OrderedDict()

    def __len__(self) -> int:
        return len(self._timers)

    def look(self, connection: H11Protocol) -> None:
        """See whether one waits: since its begin, or since something came that is no whole request."""
        if not waits(connection):
            self.forget(connection)
        elif connection not in self._timers:
            self._timers[connection] = connection.loop.call_later(self._seconds, self._close, connection)
            if len(self._timers) > self._most:
                self._close(next(iter(self._timers)))

    def forget(self, connection: H11Protocol) -> None:
        """One waits no more."""
        timer = self._timers.pop(connection, None)
        if timer is not None:
            timer.cancel()

    def _close(self, connection: H11Protocol) -> None:
        self.forget(connection)
        connection.transport.close()


def waits(connection: H11Protocol) -> bool:
    """Whether the head of a request is missing; or the rest of a body, for one that was answered before it came."""
    ours, theirs = connection.conn.our_state, connection.conn.their_state
    return theirs is h11.IDLE or (ours is h11.DONE and theirs is h11.SEND_BODY)


@functools.cache
def limit_waiting() -> Waiting:
    """Have all connections of this process looked at from now on; once a process."""
    waiting = Waiting()
    made, received, lost = H11Protocol.connection_made, H11Protocol.data_received, H11Protocol.connection_lost

    @functools.wraps(made)
    def connection_made(self: H11Protocol, transport: Any) -> None:
        made(self, transport)
        waiting.look(self)

    @functools.wraps(received)
    def data_received(self: H11Protocol, data: bytes) -> None:
        received(self, data)
        waiting.look(self)

    @functools.wraps(lost)
    def connection_lost(self: H11Protocol, exc: Exception | None) -> None:
        waiting.forget(self)
        lost(self, exc)

    for method in (connection_made, data_received, connection_lost):
        setattr(H11Protocol, method.__name__, method)
    return waiting
