"""What stands behind a gate, and who asks to be let in."""

from __future__ import annotations

import asyncio
from urllib.parse import urlencode

from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from tests.webapp.asgi import Answer, ask, scope
from webapp.auth.gate import Gate

PASSWORD = "correct horse"
HTML = "text/html,application/xhtml+xml,*/*;q=0.8"


async def house(scope: Scope, receive: Receive, send: Send) -> None:
    """What the gate guards: answers everything; a WebSocket lives until it is closed."""
    if scope["type"] == "http":
        await PlainTextResponse("inside")(scope, receive, send)
        return
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        await send({"type": "websocket.send", "text": "echo"})


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def enter(gate: Gate, password: str = PASSWORD, target: str = "/photos", **headers: str) -> Answer:
    body = urlencode({"password": password, "next": target}).encode()
    return ask(gate, "/sign-in", "POST", body, **headers)


def cookie(answer: Answer) -> str:
    return answer.headers["set-cookie"].split(";")[0]


class Socket:
    """The server's end of a WebSocket."""

    def __init__(self, gate: Gate, **headers: str) -> None:
        self.sent: list[Message] = []
        self._incoming: asyncio.Queue[Message] = asyncio.Queue()
        self.task = asyncio.ensure_future(
            gate(scope("websocket", "GET", "/_stcore/stream", headers), self._incoming.get, self._send)
        )

    async def _send(self, message: Message) -> None:
        self.sent.append(message)
        if message["type"] == "websocket.close":
            self._incoming.put_nowait({"type": "websocket.disconnect", "code": message["code"]})

    async def say(self) -> None:
        self._incoming.put_nowait({"type": "websocket.receive", "bytes": b""})
        await settle()

    @property
    def kinds(self) -> list[str]:
        return [message["type"].removeprefix("websocket.") for message in self.sent]


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)
