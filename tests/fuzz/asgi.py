"""Send a request to an ASGI application without a server."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp, Scope

LOOP = asyncio.new_event_loop()


def scope(headers: list[tuple[bytes, bytes]], **more: Any) -> Scope:
    """Return the scope of a request from a LAN address."""
    return {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "path": "/",
        "query_string": b"",
        "headers": headers,
        "client": ("192.0.2.7", 50000),
    } | more


def status(app: ASGIApp, request: Scope, body: bytes = b"") -> int:
    """Return the status of an application's response.

    Raises:
        AssertionError: there is no status, or it is a server error.
    """
    sent: list[Any] = []
    given = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Any:
        if given:
            return given.pop()
        await asyncio.sleep(3600)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    LOOP.run_until_complete(app(request, receive, send))
    assert sent, "no answer"
    answered = int(sent[0]["status"])
    assert answered < 500, answered
    return answered


inside: ASGIApp = Response(status_code=200)
"""An application that always returns 200."""
