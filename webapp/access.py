"""Who may use the page: whoever knows its password, or whoever an identity provider vouches for; everybody, if neither.

The password is asked for by webapp.gate, before anything else is served. An identity provider (OpenID Connect) is named
in `.streamlit/secrets.toml`, under [auth]; webapp.views.door leads there before the page shows anything.

python -m webapp.access    asks for a password and prints its hash, for FAIREST_PASSWORD_HASH
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from getpass import getpass

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from streamlit.auth_util import get_origin_from_redirect_uri, get_secrets_auth_section
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME
from streamlit.web.server.starlette.starlette_websocket import _get_signed_cookie_with_chunks

from core.settings import LEAST_PASSWORD, Settings
from webapp.attempts import Attempts
from webapp.passes import Passes
from webapp.passwords import PasswordHash

EVERYBODY = ""
"""The key under which the tries of all are counted together."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A try that failed. wait: seconds until another may be made."""

    wait: float


class Door:
    """Takes the password and gives passes."""

    def __init__(self, password: PasswordHash, passes: Passes) -> None:
        self._password = password
        self.passes = passes
        self._each = Attempts()
        self._all = Attempts(free=50, first=5.0, longest=60.0, memory=3600.0)
        self._one_at_a_time = asyncio.Lock()

    async def enter(self, typed: str, who: str, now: float) -> str | Refusal:
        """A new pass for the right password.

        One try is looked at at a time: whoever sends many at once is counted all the same, and keeps one core busy at
        most.

        Args:
            who: whose tries are counted together.
            now: seconds since 1970.
        """
        async with self._one_at_a_time:
            wait = self._wait(who, now)
            if wait:
                return Refusal(wait)
            if await run_in_threadpool(self._password.matches, typed):
                self._each.forget(who)
                return self.passes.issue(now)
            self._each.failed(who, now)
            self._all.failed(EVERYBODY, now)
            return Refusal(self._wait(who, now))

    def _wait(self, who: str, now: float) -> float:
        return max(self._each.wait(who, now), self._all.wait(EVERYBODY, now))


def make_door(settings: Settings) -> Door | None:
    """The door that the settings ask for; None when they ask for none.

    Raises:
        PasswordError: the hash in the settings is none.
    """
    given = settings.password or settings.password_hash
    if given is None:
        return None
    text = given.get_secret_value()
    hashed = PasswordHash.of(text) if settings.password else PasswordHash.parse(text)
    secret = settings.secret.get_secret_value() if settings.secret else secrets.token_urlsafe(32)
    # A changed password ends the passes that the old one gave.
    return Door(hashed, Passes(secret, f"pass {hashlib.sha256(text.encode()).hexdigest()}"))


def providers() -> list[str | None]:
    """The identity providers that secrets name, as `st.login` takes them; None is the one without a name."""
    section = get_secrets_auth_section()
    named = [name for name, value in section.items() if isinstance(value, Mapping) and name != "client_kwargs"]
    return [*named] if named or not section else [None]


def allowed(connection: HTTPConnection) -> bool:
    """Whether our own routes may serve a request: as with the page, somebody must vouch for its sender, or need not.

    The password is not looked at here: without it no request gets this far.
    """
    if not providers():
        return True
    signed = _get_signed_cookie_with_chunks(connection.cookies, USER_COOKIE_NAME)
    told = json.loads(signed) if signed else {}
    return bool(told.get("is_logged_in")) and told.get("origin") == get_origin_from_redirect_uri()


def main() -> int:
    """Print the hash of a password that is typed twice; 1 with a sentence when it cannot be used."""
    password = getpass("Password: ")
    if len(password) < LEAST_PASSWORD:
        print(f"Expected at least {LEAST_PASSWORD} characters; received {len(password)}.", file=sys.stderr)
        return 1
    if getpass("Again: ") != password:
        print("The two differ. Run this again.", file=sys.stderr)
        return 1
    print(f"FAIREST_PASSWORD_HASH='{PasswordHash.of(password)}'")
    return 0


if __name__ == "__main__":
    sys.exit(main())
