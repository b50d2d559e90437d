"""Wrong passwords without end, and those who want in meanwhile."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from pydantic import SecretStr

from core.settings import ServerSettings
from tests.webapp.asgi import ask
from tests.webapp.auth.gated import PASSWORD, Clock, enter, house
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
    given = dict(one.split(";")[0].split("=", 1) for one in enter(gate).headers.getlist("set-cookie"))
    clock.now += LIFE + 1
    for _ in range(6):
        enter(gate, "wrong")
    assert enter(gate).status == 429
    assert enter(gate, cookie=f"{name}=made.up").status == 429
    assert ask(gate, "/", cookie=f"{name}={given[name]}").status == 401, "it opens nothing"
    assert enter(gate, cookie=f"{name}={given[name]}").status == 303
