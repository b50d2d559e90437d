"""Send a request to an ASGI application without a server."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp, Scope

LOOP = asyncio.new_event_loop()


def scope(headers: list[tuple[bytes, bytes]], **overrides: Any) -> Scope:
    """Return the scope of a request from a LAN address."""
    return {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "path": "/",
        "query_string": b"",
        "headers": headers,
        "client": ("192.0.2.7", 50000),
    } | overrides


def status(app: ASGIApp, request: Scope, body: bytes = b"") -> int:
    """Return the status of an application's response.

    Raises:
        AssertionError: there is no status, or it is a server error.
    """
    responses: list[Any] = []
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Any:
        if messages:
            return messages.pop()
        await asyncio.sleep(3600)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        responses.append(message)

    LOOP.run_until_complete(app(request, receive, send))
    assert responses, "no answer"
    status_code = int(responses[0]["status"])
    assert status_code < 500, status_code
    return status_code


inside: ASGIApp = Response(status_code=200)
"""An application that always returns 200."""
