"""Limit connections that have not sent a request: in time and in number.

uvicorn waits for a request head without a timeout, so a client that opens connections and sends nothing, or a line now
and then (slowloris), could use up all file descriptors. Beyond the limit, the connection that has waited longest is
closed; honest clients send their request head at once. They are not counted by address, since behind a proxy all
connections have the same one.
"""

from __future__ import annotations

import asyncio
import functools
from collections import OrderedDict
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 10.0
"""Timeout for a request head, as in deploy/Caddyfile."""
MAX_WAITING = 400
"""Connections; fewer than half of the default limit on open files per process."""


class Waiting:
    """The connections still waiting for a request; for one event loop."""

    def __init__(self, seconds: float = HEAD_SECONDS, most: int = MAX_WAITING) -> None:
        """Set the limits.

        Args:
            seconds: timeout after which a connection is closed.
            most: maximum number of waiting connections.
        """
        self._seconds = seconds
        self._most = most
        self._timers: OrderedDict[H11Protocol, asyncio.TimerHandle] = OrderedDict()

    def __len__(self) -> int:
        return len(self._timers)

    def look(self, connection: H11Protocol) -> None:
        """Start or cancel a connection's timer, according to whether it has sent a complete request head."""
        if not waits(connection):
            self.forget(connection)
        elif connection not in self._timers:
            self._timers[connection] = connection.loop.call_later(self._seconds, self._close, connection)
            if len(self._timers) > self._most:
                self._close(next(iter(self._timers)))

    def forget(self, connection: H11Protocol) -> None:
        """Stop watching a connection."""
        timer = self._timers.pop(connection, None)
        if timer is not None:
            timer.cancel()

    def _close(self, connection: H11Protocol) -> None:
        self.forget(connection)
        connection.transport.close()


def waits(connection: H11Protocol) -> bool:
    """Return whether a request head is missing, or the rest of a body whose request was answered before it arrived."""
    ours, theirs = connection.conn.our_state, connection.conn.their_state
    return theirs is h11.IDLE or (ours is h11.DONE and theirs is h11.SEND_BODY)


@functools.cache
def limit_waiting() -> Waiting:
    """Patch uvicorn's protocol to watch all connections of this process from now on; once per process."""
    waiting = Waiting()
    original_made, original_received, original_lost = (
        H11Protocol.connection_made,
        H11Protocol.data_received,
        H11Protocol.connection_lost,
    )

    @functools.wraps(original_made)
    def connection_made(self: H11Protocol, transport: Any) -> None:
        original_made(self, transport)
        waiting.look(self)

    @functools.wraps(original_received)
    def data_received(self: H11Protocol, data: bytes) -> None:
        original_received(self, data)
        waiting.look(self)

    @functools.wraps(original_lost)
    def connection_lost(self: H11Protocol, exc: Exception | None) -> None:
        waiting.forget(self)
        original_lost(self, exc)

    for method in (connection_made, data_received, connection_lost):
        setattr(H11Protocol, method.__name__, method)
    return waiting
