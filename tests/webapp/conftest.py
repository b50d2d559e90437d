"""A gate with a password, and a viewer who gave it."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from core.settings import ServerSettings
from tests.webapp.auth.gated import PASSWORD, Clock, cookie, enter, house
from webapp.auth.gate import Gate


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gate(clock: Clock) -> Gate:
    settings = ServerSettings(password=SecretStr(PASSWORD))
    return Gate(house, (), lambda: settings, clock, steady=clock)


@pytest.fixture
def held(gate: Gate) -> str:
    """The cookie of a viewer who gave the password."""
    return cookie(enter(gate))
