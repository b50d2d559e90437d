"""What the cookie of a viewer who gave the password holds: a session token, signed, good for half a day.

Time is an argument.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from itsdangerous import BadSignature, Signer

from webapp.common.counts import as_count

COOKIE = "fairest_pass"
"""Its name. With another one, or another purpose, an update would sign everybody out."""
LIFE = 12 * 3600
"""Seconds."""


@dataclass(frozen=True, slots=True)
class SessionToken:
    """name: its own, random. until: seconds since 1970."""

    name: str
    until: int


def token_name(text: str) -> str:
    """The name in a cookie that was found good before; of any other text it is nothing that anybody has."""
    return text.partition("~")[0]


def token_end(text: str) -> int | None:
    """When the token of a cookie that was found good before ends, seconds since 1970; None for any other text."""
    return as_count(text.partition("~")[2].partition(".")[0])


class SessionTokens:
    """Issues tokens and knows its own again; one that was revoked is good no more."""

    def __init__(self, secret: str, purpose: str, life: int = LIFE) -> None:
        """Args:
        secret: what signs them; several servers that have the same take each other's.
        purpose: tokens for one are not good for another.
        life: seconds.
        """
        salt = hashlib.sha256(purpose.encode()).digest()
        self._signer = Signer(secret, salt=salt, key_derivation="hmac", digest_method=hashlib.sha256)
        self._life = life
        self._revoked: dict[str, int] = {}

    def issue(self, now: float) -> str:
        """A new one, signed."""
        return self._signer.sign(f"{secrets.token_urlsafe(12)}~{int(now) + self._life}").decode()

    def recognise(self, text: str | None) -> SessionToken | None:
        """The token that a cookie holds, even if it is good no more; None when it is not ours."""
        try:
            name, until = self._signer.unsign(text or "").decode().rsplit("~", 1)
        except BadSignature:
            return None
        return SessionToken(name, int(until))

    def read(self, text: str | None, now: float) -> SessionToken | None:
        """The token that a cookie holds; None when it is not ours, expired or revoked."""
        found = self.recognise(text)
        return found if found and found.until > now and found.name not in self._revoked else None

    def revoke(self, given: SessionToken, now: float) -> None:
        """End a session before its time."""
        self._revoked = {name: until for name, until in self._revoked.items() if until > now}
        self._revoked[given.name] = given.until
