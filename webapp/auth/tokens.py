"""Session tokens: signed, valid for half a day, in the cookie of a viewer who gave the password.

The current time is always an argument.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from itsdangerous import BadSignature, Signer

from webapp.common.counts import as_count

COOKIE = "fairest_pass"
"""Name of the cookie. Changing it, or the purpose, in an update would sign everybody out."""
LIFE = 12 * 3600
"""Lifetime of a token, seconds."""


@dataclass(frozen=True, slots=True)
class SessionToken:
    """A session token. name: random identifier. until: expiry, seconds since 1970."""

    name: str
    until: int


def token_name(text: str) -> str:
    """Return the name in a cookie that was already verified; for other text, a name that no token has."""
    return text.partition("~")[0]


def token_end(text: str) -> int | None:
    """Return the expiry of the token in a cookie already verified, seconds since 1970; None for other text."""
    return as_count(text.partition("~")[2].partition(".")[0])


class SessionTokens:
    """Issues, verifies and revokes tokens."""

    def __init__(self, secret: str, purpose: str, life: int = LIFE) -> None:
        """Args:
        secret: signing key; servers with the same key accept each other's tokens.
        purpose: tokens for one purpose are invalid for another.
        life: lifetime, seconds.
        """
        salt = hashlib.sha256(purpose.encode()).digest()
        self._signer = Signer(secret, salt=salt, key_derivation="hmac", digest_method=hashlib.sha256)
        self._life = life
        self._revoked: dict[str, int] = {}

    def issue(self, now: float) -> str:
        """Return a new signed token."""
        return self._signer.sign(f"{secrets.token_urlsafe(12)}~{int(now) + self._life}").decode()

    def recognise(self, text: str | None) -> SessionToken | None:
        """Return the token in a cookie, even if expired or revoked; None if we did not sign it."""
        try:
            name, until = self._signer.unsign(text or "").decode().rsplit("~", 1)
        except BadSignature:
            return None
        return SessionToken(name, int(until))

    def read(self, text: str | None, now: float) -> SessionToken | None:
        """Return the token in a cookie; None if we did not sign it, or it is expired or revoked."""
        token = self.recognise(text)
        return token if token and token.until > now and token.name not in self._revoked else None

    def revoke(self, token: SessionToken, now: float) -> None:
        """Revoke a token before it expires."""
        self._revoked = {name: until for name, until in self._revoked.items() if until > now}
        self._revoked[token.name] = token.until
