"""Access to the page: by password or identity provider; open to everybody if neither is configured.

webapp.auth.gate asks for the password before anything else is served. An identity provider (OpenID Connect) is
configured in `.streamlit/secrets.toml`, under [auth]; webapp.auth.identity_provider sends viewers there before the page
shows anything.

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
"""Lifetime of the cookie of a browser that has signed in before, seconds."""
CROWDED = 5.0
"""Seconds to wait before another attempt after being rejected because of too many concurrent ones."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A failed attempt. wait: seconds until the next one is allowed."""

    wait: float


class Authenticator:
    """Checks the password and issues session tokens.

    Attempts are rate-limited per address, or per browser that has signed in before. Many failed attempts from many
    addresses slow down all unknown clients, but lock nobody out. Known browsers are checked separately from them.

    Attributes:
        sessions: tokens that grant access for half a day. browsers: tokens that identify a browser that has signed in
            before, and grant no access.
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
        browsers: by default, tokens that are valid until this process ends.
        steady: monotonic clock, seconds: a wait must not grow by an hour when the wall clock is set back.
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
        self, typed: str, client: str, now: float, browser: SessionToken | None = None
    ) -> str | Refusal:
        """Return a new session token if the password is right.

        Attempts are checked one at a time, those of known browsers in parallel to the others: many sent at once are
        still all counted, and keep few cores busy.

        Args:
            client: key by which attempts are counted.
            now: seconds since 1970.
            browser: token of a browser that has signed in before.
        """
        if browser is not None:
            async with self._known:
                return await self._try(typed, self._returning, browser.name, now)
        try:
            async with self._strangers.turn():
                return await self._try(typed, self._addresses, client, now, self._pressure)
        except CrowdedError:
            return Refusal(CROWDED)

    async def _try(
        self, typed: str, attempts: Attempts, client: str, now: float, pressure: Pressure | None = None
    ) -> str | Refusal:
        attempted_at = self._steady()
        if wait := attempts.wait(client, attempted_at):
            return Refusal(wait)
        if pressure and (pause := pressure.pause(attempted_at)):
            await self._sleep(pause)
        if await in_background(self._password.matches, typed):
            attempts.forget(client)
            return self.sessions.issue(now)
        attempts.failed(client, attempted_at)
        if pressure:
            pressure.failed(attempted_at)
        return Refusal(attempts.wait(client, attempted_at))


def make_authenticator(settings: ServerSettings, steady: Callable[[], float] = time.monotonic) -> Authenticator | None:
    """Create the authenticator that the settings configure; None if they configure none.

    Args:
        steady: see Authenticator.

    Raises:
        PasswordError: the hash in the settings is invalid.
    """
    configured = settings.password or settings.password_hash
    if configured is None:
        return None
    text = configured.get_secret_value()
    hashed = PasswordHash.of(text) if settings.password else PasswordHash.parse(text)
    if hashed.outdated:
        logger.warning("password_hash is by scrypt, and works; python -m webapp.auth.access makes one by Argon2id")
    secret = settings.secret.get_secret_value() if settings.secret else secrets.token_urlsafe(32)
    # Changing the password invalidates the sessions opened with the old one.
    sessions = SessionTokens(secret, f"pass {hashlib.sha256(text.encode()).hexdigest()}")
    return Authenticator(hashed, sessions, SessionTokens(secret, "browser", REMEMBERED), steady=steady)


def providers() -> list[str | None]:
    """Return the identity providers in the secrets, as `st.login` takes them; None is the unnamed one."""
    section = get_secrets_auth_section()
    names = [name for name, value in section.items() if isinstance(value, Mapping) and name != "client_kwargs"]
    return [*names] if names or not section else [None]


def allowed(connection: HTTPConnection) -> bool:
    """Whether our own routes may serve a request: as for the page, its sender is signed in if there is a provider.

    The password is not checked here: without it no request gets this far.
    """
    return not providers() or bool(claims(connection))


def claims(connection: HTTPConnection) -> dict[str, Any]:
    """Return an identity provider's claims about a request's sender; empty if the sender is not signed in."""
    signed = _signed_in(connection.cookies) if providers() else None
    session: dict[str, Any] = json.loads(signed) if signed else {}
    vouched = session.get("is_logged_in") and session.get("origin") == get_origin_from_redirect_uri()
    return session if vouched else {}


def _signed_in(cookies: Mapping[str, str]) -> bytes | None:
    """Return the JSON in Streamlit's cookie of a signed-in user; None without a cookie that we signed."""
    secret = get_cookie_secret()

    def part(name: str) -> bytes | None:
        signed = cookies.get(name)
        # HTTP headers are Latin-1.
        return None if signed is None else decode_signed_value(secret, name, signed.encode("latin-1"))

    return get_cookie_with_chunks(part, USER_COOKIE_NAME)


def main() -> int:
    """Print the hash of a password typed twice; return 1, with an error message, if it cannot be used."""
    password = getpass("Password: ")
    if len(password) < MIN_PASSWORD_LENGTH:
        print(f"Expected at least {MIN_PASSWORD_LENGTH} characters; received {len(password)}.", file=sys.stderr)
        return 1
    if getpass("Again: ") != password:
        print("The passwords do not match. Run this again.", file=sys.stderr)
        return 1
    print(f"FAIREST_PASSWORD_HASH='{PasswordHash.of(password)}'")
    return 0


if __name__ == "__main__":
    sys.exit(main())
