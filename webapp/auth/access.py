"""Who may use the page: whoever knows its password, or whoever an identity provider vouches for; everybody, if neither.

The password is asked for by webapp.auth.gate, before anything else is served. An identity provider (OpenID Connect) is
named in `.streamlit/secrets.toml`, under [auth]; webapp.auth.identity_provider leads there before the page shows
anything.

python -m webapp.auth.access    asks for a password and prints its hash, for FAIREST_PASSWORD_HASH
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import secrets
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from getpass import getpass
from typing import Any

from starlette.requests import HTTPConnection
from streamlit.auth_util import get_cookie_with_chunks, get_origin_from_redirect_uri, get_secrets_auth_section
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from core.settings import MIN_PASSWORD_LENGTH, ServerSettings
from webapp.auth.passwords import PasswordHash
from webapp.auth.tokens import SessionToken, SessionTokens
from webapp.auth.turnstile import CrowdedError, Turnstile
from webapp.common.attempts import Attempts, Pressure
from webapp.common.background import in_background

logger = logging.getLogger(__name__)

REMEMBERED = 365 * 86_400
"""Seconds for which a browser is known to have been in."""
CROWDED = 5.0
"""Seconds after which somebody may try again who was sent away because so many tried."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A try that failed. wait: seconds until another may be made."""

    wait: float


class Authenticator:
    """Takes the password and issues session tokens.

    Whoever tries too often waits: an address, or a browser that was in before. Many wrong tries from many addresses
    slow down the tries of all that are unknown, and keep nobody out. A browser that was in before tries beside them.

    Attributes:
        sessions: tokens that open the house for half a day. browsers: tokens that say that a browser was in before,
            and open nothing.
    """

    def __init__(
        self,
        password: PasswordHash,
        sessions: SessionTokens,
        browsers: SessionTokens | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        """Args:
        browsers: known until this ends, when not given.
        steady: seconds, by a clock that nobody sets: a wait must not grow by an hour when the wall clock is put back.
        """
        self._password = password
        self.sessions = sessions
        self.browsers = browsers or SessionTokens(secrets.token_urlsafe(32), "browser", REMEMBERED)
        self._sleep = sleep
        self._steady = steady
        self._addresses = Attempts()
        self._returning = Attempts()
        self._pressure = Pressure()
        self._strangers = Turnstile()
        self._known = asyncio.Lock()

    async def authenticate(
        self, typed: str, who: str, now: float, browser: SessionToken | None = None
    ) -> str | Refusal:
        """A new session token for the right password.

        One try is looked at at a time, and one of a known browser beside it: whoever sends many at once is counted all
        the same, and keeps few cores busy.

        Args:
            who: whose tries are counted together.
            now: seconds since 1970.
            browser: what shows that this browser was in before.
        """
        if browser is not None:
            async with self._known:
                return await self._try(typed, self._returning, browser.name, now)
        try:
            async with self._strangers.turn():
                return await self._try(typed, self._addresses, who, now, self._pressure)
        except CrowdedError:
            return Refusal(CROWDED)

    async def _try(
        self, typed: str, counted: Attempts, who: str, now: float, pressure: Pressure | None = None
    ) -> str | Refusal:
        tried = self._steady()
        if wait := counted.wait(who, tried):
            return Refusal(wait)
        if pressure and (pause := pressure.pause(tried)):
            await self._sleep(pause)
        if await in_background(self._password.matches, typed):
            counted.forget(who)
            return self.sessions.issue(now)
        counted.failed(who, tried)
        if pressure:
            pressure.failed(tried)
        return Refusal(counted.wait(who, tried))


def make_authenticator(settings: ServerSettings, steady: Callable[[], float] = time.monotonic) -> Authenticator | None:
    """The authenticator that the settings ask for; None when they ask for none.

    Args:
        steady: see Authenticator.

    Raises:
        PasswordError: the hash in the settings is none.
    """
    given = settings.password or settings.password_hash
    if given is None:
        return None
    text = given.get_secret_value()
    hashed = PasswordHash.of(text) if settings.password else PasswordHash.parse(text)
    if hashed.outdated:
        logger.warning("password_hash is by scrypt, and works; python -m webapp.auth.access makes one by Argon2id")
    secret = settings.secret.get_secret_value() if settings.secret else secrets.token_urlsafe(32)
    # A changed password ends the sessions that the old one opened.
    sessions = SessionTokens(secret, f"pass {hashlib.sha256(text.encode()).hexdigest()}")
    return Authenticator(hashed, sessions, SessionTokens(secret, "browser", REMEMBERED), steady=steady)


def providers() -> list[str | None]:
    """The identity providers that secrets name, as `st.login` takes them; None is the one without a name."""
    section = get_secrets_auth_section()
    named = [name for name, value in section.items() if isinstance(value, Mapping) and name != "client_kwargs"]
    return [*named] if named or not section else [None]


def allowed(connection: HTTPConnection) -> bool:
    """Whether our own routes may serve a request: as with the page, somebody must vouch for its sender, or need not.

    The password is not looked at here: without it no request gets this far.
    """
    return not providers() or bool(claims(connection))


def claims(connection: HTTPConnection) -> dict[str, Any]:
    """What an identity provider says of a request's sender; nothing where none vouches for anybody."""
    signed = _signed_in(connection.cookies) if providers() else None
    session: dict[str, Any] = json.loads(signed) if signed else {}
    vouched = session.get("is_logged_in") and session.get("origin") == get_origin_from_redirect_uri()
    return session if vouched else {}


def _signed_in(cookies: Mapping[str, str]) -> bytes | None:
    """What Streamlit's cookie of a signed-in user says, in JSON; None where there is none that we signed."""
    secret = get_cookie_secret()

    def part(name: str) -> bytes | None:
        signed = cookies.get(name)
        # HTTP's headers are Latin-1.
        return None if signed is None else decode_signed_value(secret, name, signed.encode("latin-1"))

    return get_cookie_with_chunks(part, USER_COOKIE_NAME)


def main() -> int:
    """Print the hash of a password that is typed twice; 1 with a sentence when it cannot be used."""
    password = getpass("Password: ")
    if len(password) < MIN_PASSWORD_LENGTH:
        print(f"Expected at least {MIN_PASSWORD_LENGTH} characters; received {len(password)}.", file=sys.stderr)
        return 1
    if getpass("Again: ") != password:
        print("The two differ. Run this again.", file=sys.stderr)
        return 1
    print(f"FAIREST_PASSWORD_HASH='{PasswordHash.of(password)}'")
    return 0


if __name__ == "__main__":
    sys.exit(main())
