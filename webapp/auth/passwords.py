"""The password as a hash, in the format that passlib and others write too: `$scrypt$ln=14,r=8,p=5$SALT$HASH`."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import unicodedata
from dataclasses import dataclass

from core.errors import FairestError

COST = (14, 8, 5)
"""log2 of N, r and p, as OWASP's Password Storage Cheat Sheet has them: 16 MB, a seventh of a second."""
MOST_MEMORY = 128 * 1024 * 1024
"""Bytes that checking one password may take."""
FORMAT = re.compile(r"\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{43,86})")


class PasswordError(FairestError):
    """The hash in the settings is none."""


@dataclass(frozen=True, slots=True, repr=False)
class PasswordHash:
    """A salted hash by scrypt (RFC 7914). cost: log2 of N, r and p."""

    cost: tuple[int, int, int]
    salt: bytes
    digest: bytes

    @classmethod
    def of(cls, password: str) -> PasswordHash:
        """Hash a password with a new salt."""
        salt = secrets.token_bytes(16)
        return cls(COST, salt, _scrypt(password, COST, salt, 32))

    @classmethod
    def parse(cls, text: str) -> PasswordHash:
        """Read what `str` wrote.

        Raises:
            PasswordError: it is nothing of the kind, or would take too much memory.
        """
        found = FORMAT.fullmatch(text.strip())
        if found is None:
            raise PasswordError(
                "expected password_hash as $scrypt$ln=..,r=..,p=..$salt$hash, with its dollar signs; received "
                "something else. Make one by python -m webapp.auth.access, and put it in single quotes."
            )
        cost = (int(found[1]), int(found[2]), int(found[3]))
        if not (cost[0] and cost[1] and cost[2]) or _memory(cost) > MOST_MEMORY:
            raise PasswordError(
                "expected password_hash with ln, r and p that take at most {most} MB; these are {cost}. Make another "
                "by python -m webapp.auth.access.",
                most=MOST_MEMORY // 1024**2,
                cost=cost,
            )
        return cls(cost, _decoded(found[4]), _decoded(found[5]))

    def matches(self, password: str) -> bool:
        """Whether this is the password; takes as long for any."""
        return hmac.compare_digest(_scrypt(password, self.cost, self.salt, len(self.digest)), self.digest)

    def __str__(self) -> str:
        return "$scrypt$ln={},r={},p={}${}${}".format(*self.cost, _encoded(self.salt), _encoded(self.digest))


def _memory(cost: tuple[int, int, int]) -> int:
    """Bytes that scrypt works in."""
    return int(128 * 2 ** cost[0] * cost[1])


def _scrypt(password: str, cost: tuple[int, int, int], salt: bytes, length: int) -> bytes:
    log_n, r, p = cost
    # The same letters come composed from one keyboard and decomposed from another.
    typed = unicodedata.normalize("NFC", password).encode()
    return hashlib.scrypt(typed, salt=salt, n=2**log_n, r=r, p=p, maxmem=2 * _memory(cost) + 2**20, dklen=length)


def _encoded(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4))
