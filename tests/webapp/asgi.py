"""An ASGI application asked without a server."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Scope


@dataclass(frozen=True)
class Answer:
    """Of an HTTP request, or of a WebSocket's opening."""

    status: int
    headers: Headers
    body: bytes


def scope(kind: str, method: str, path: str, headers: dict[str, str], **overrides: Any) -> Scope:
    """A request as a server would describe it."""
    path, _, query = path.partition("?")
    header_fields = {"host": "fairest.example", **headers}
    return {
        "type": kind,
        "method": method,
        "scheme": "http",
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in header_fields.items()],
        "client": ("192.0.2.7", 50000),
    } | overrides


def ask(
    app: ASGIApp, path: str, method: str = "GET", body: bytes = b"", scheme: str = "http", **headers: str
) -> Answer:
    """One HTTP request; underscores in the headers' names stand for hyphens."""
    header_fields = {name.replace("_", "-"): value for name, value in headers.items()}
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body}

    async def send(message: Message) -> None:
        sent.append(message)

    async def exchange() -> None:
        await app(scope("http", method, path, header_fields, scheme=scheme), receive, send)

    asyncio.run(exchange())
    start = sent[0]
    return Answer(
        start["status"], Headers(raw=start["headers"]), b"".join(message.get("body", b"") for message in sent[1:])
    )
