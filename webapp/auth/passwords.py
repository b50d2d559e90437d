"""The password as a hash, in the PHC string format: `$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH`.

Hashes by scrypt, `$scrypt$ln=14,r=8,p=5$SALT$HASH` as passlib and others write it, are still checked; none is made.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import VerificationError, VerifyMismatchError

from core.errors import FairestError

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""Argon2id, as OWASP's Password Storage Cheat Sheet has it: 19 MiB, two passes over it, and one thread, since live
video needs the other cores."""
MAX_MEMORY = 128 * 1024 * 1024
"""Bytes that checking one password may take. webapp.auth.access.Authenticator checks two at a time at most."""
MAX_REPEATS = 99
"""Passes over the memory, and lanes of it, that a hash may ask for."""
SCRYPT = re.compile(r"\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{43,86})")


class PasswordError(FairestError):
    """The hash in the settings is none."""


@dataclass(frozen=True, slots=True, repr=False)
class PasswordHash:
    """A salted hash by Argon2id (RFC 9106) or scrypt (RFC 7914). text: as it is written down."""

    text: str

    @classmethod
    def of(cls, password: str) -> PasswordHash:
        """Hash a password with a new salt."""
        return cls(HASHER.hash(_normalized(password)))

    @classmethod
    def parse(cls, text: str) -> PasswordHash:
        """Read what `str` wrote. That takes as long as checking a password.

        Raises:
            PasswordError: it is nothing of the kind, or would take too much memory or time.
        """
        parsed = cls(text.strip())
        try:
            memory, repeats = parsed.cost()
            affordable = memory <= MAX_MEMORY and repeats <= MAX_REPEATS
            if affordable:
                parsed.matches("")
        except (ValueError, VerificationError) as error:
            raise PasswordError(
                "expected password_hash as $argon2id$v=19$m=..,t=..,p=..$salt$hash, with its dollar signs; received "
                "something else. Make one by python -m webapp.auth.access, and put it in single quotes."
            ) from error
        if not affordable:
            raise PasswordError(
                "expected password_hash that takes at most {most} MB and {repeats} passes to check; this one takes "
                "more. Make another by python -m webapp.auth.access.",
                most=MAX_MEMORY // 1024**2,
                repeats=MAX_REPEATS,
            )
        return parsed

    @property
    def outdated(self) -> bool:
        """Whether it is by scrypt."""
        return self.text.startswith("$scrypt$")

    def matches(self, password: str) -> bool:
        """Whether this is the password; takes as long for any."""
        typed = _normalized(password)
        if self.outdated:
            log_n, r, p, salt, digest = _scrypt_parts(self.text)
            max_memory = 2 * _scrypt_memory(log_n, r) + 2**20
            made = hashlib.scrypt(typed, salt=salt, n=2**log_n, r=r, p=p, maxmem=max_memory, dklen=len(digest))
            return hmac.compare_digest(made, digest)
        with contextlib.suppress(VerifyMismatchError):
            return HASHER.verify(self.text, typed)
        return False

    def __str__(self) -> str:
        return self.text

    def cost(self) -> tuple[int, int]:
        """Bytes, and passes or lanes, that checking a password takes.

        Raises:
            ValueError: it is no hash.
        """
        if self.outdated:
            log_n, r, p, _, _ = _scrypt_parts(self.text)
            return _scrypt_memory(log_n, r), p
        asked = extract_parameters(self.text)
        return asked.memory_cost * 1024, max(asked.time_cost, asked.parallelism)


def _normalized(password: str) -> bytes:
    """The same letters come composed from one keyboard and decomposed from another."""
    return unicodedata.normalize("NFC", password).encode()


def _scrypt_parts(text: str) -> tuple[int, int, int, bytes, bytes]:
    """log2 of N, r, p, salt and digest.

    Raises:
        ValueError: the text has no such parts.
    """
    found = SCRYPT.fullmatch(text)
    if found is None:
        raise ValueError("expected $scrypt$ln=..,r=..,p=..$salt$hash")
    log_n, r, p = (int(found[place]) for place in (1, 2, 3))
    if not (log_n and r and p):
        raise ValueError("expected ln, r and p of at least 1")
    return log_n, r, p, _decoded(found[4]), _decoded(found[5])


def _scrypt_memory(log_n: int, r: int) -> int:
    """Bytes that scrypt works in."""
    return int(128 * 2**log_n * r)


def _decoded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4))
