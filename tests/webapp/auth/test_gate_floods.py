"""Wrong passwords without end, and those who want in meanwhile."""

from __future__ import annotations

import asyncio

import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from pydantic import SecretStr
from starlette.types import Message

from core.settings import ServerSettings
from tests.patience import PATIENCE
from tests.webapp.asgi import ask, scope
from tests.webapp.auth.gated import PASSWORD, Clock, enter, house
from webapp.auth import gate as gate_module
from webapp.auth import passwords
from webapp.auth.gate import COOKIE, KNOWN, Gate
from webapp.auth.tokens import LIFE


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords that cost no time to check."""
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher.from_parameters(CHEAPEST))


def test_wrong_tries_from_everywhere_lock_nobody_out(clock: Clock) -> None:
    settings = ServerSettings(password=SecretStr(PASSWORD), trusted_proxies=1)
    gate = Gate(house, (), lambda: settings, clock, steady=clock)
    tried = [enter(gate, "wrong", x_forwarded_for=f"198.51.100.{number}").status for number in range(80)]
    assert tried == [401] * 80
    assert enter(gate, x_forwarded_for="203.0.113.9").status == 303


@pytest.mark.parametrize("name", [COOKIE, KNOWN])
def test_a_browser_that_was_in_before_may_try_while_its_address_waits(gate: Gate, clock: Clock, name: str) -> None:
    cookies = dict(header.split(";")[0].split("=", 1) for header in enter(gate).headers.getlist("set-cookie"))
    clock.now += LIFE + 1
    for _ in range(6):
        enter(gate, "wrong")
    assert enter(gate).status == 429
    assert enter(gate, cookie=f"{name}=made.up").status == 429
    assert ask(gate, "/", cookie=f"{name}={cookies[name]}").status == 401, "it opens nothing"
    assert enter(gate, cookie=f"{name}={cookies[name]}").status == 303


def test_a_form_that_comes_too_slowly_is_not_waited_for(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate_module, "FORM_SECONDS", 0.05)
    sent: list[Message] = []

    async def receive() -> Message:
        if not sent_pieces:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": sent_pieces.pop(), "more_body": True}

    async def send(message: Message) -> None:
        sent.append(message)

    async def enter_slowly() -> None:
        async with asyncio.timeout(PATIENCE):
            await gate(scope("http", "POST", "/sign-in", {}), receive, send)

    sent_pieces = [b"password="]
    asyncio.run(enter_slowly())
    assert sent[0]["status"] == 413
