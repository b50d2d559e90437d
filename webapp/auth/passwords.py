"""Password hashing, in the PHC string format: `$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH`.

Hashes by scrypt, `$scrypt$ln=14,r=8,p=5$SALT$HASH` as written by passlib and others, are still verified, not created.
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
"""Argon2id with the parameters of OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, and one thread, since live
video needs the other cores."""
MAX_MEMORY = 128 * 1024 * 1024
"""Maximum bytes for verifying a password. webapp.auth.access.Authenticator verifies at most two at a time."""
MAX_REPEATS = 99
"""Maximum number of passes over the memory, and of lanes, that a hash may require."""
SCRYPT = re.compile(r"\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{43,86})")


class PasswordError(FairestError):
    """The hash in the settings is invalid."""


@dataclass(frozen=True, slots=True, repr=False)
class PasswordHash:
    """A salted hash by Argon2id (RFC 9106) or scrypt (RFC 7914). text: the encoded form."""

    text: str

    @classmethod
    def of(cls, password: str) -> PasswordHash:
        """Hash a password with a new salt."""
        return cls(HASHER.hash(_normalized(password)))

    @classmethod
    def parse(cls, text: str) -> PasswordHash:
        """Parse the encoded form. This takes as long as verifying a password.

        Raises:
            PasswordError: it is not a valid hash, or requires too much memory or time.
        """
        parsed = cls(text.strip())
        try:
            memory, repeats = parsed.cost()
            affordable = memory <= MAX_MEMORY and repeats <= MAX_REPEATS
            if affordable:
                parsed.matches("")
        except (ValueError, VerificationError) as error:
            raise PasswordError(
                "expected a password_hash as $argon2id$v=19$m=..,t=..,p=..$salt$hash, including its dollar signs; "
                "received something else. Create one with python -m webapp.auth.access, and put it in single quotes."
            ) from error
        if not affordable:
            raise PasswordError(
                "expected a password_hash that takes at most {most} MB and {repeats} passes to verify; this one takes "
                "more. Create another with python -m webapp.auth.access.",
                most=MAX_MEMORY // 1024**2,
                repeats=MAX_REPEATS,
            )
        return parsed

    @property
    def outdated(self) -> bool:
        """Whether the hash is by scrypt."""
        return self.text.startswith("$scrypt$")

    def matches(self, password: str) -> bool:
        """Whether this is the password; takes the same time for any."""
        typed = _normalized(password)
        if self.outdated:
            log_n, r, p, salt, digest = _scrypt_parts(self.text)
            max_memory = 2 * _scrypt_memory(log_n, r) + 2**20
            derived_key = hashlib.scrypt(typed, salt=salt, n=2**log_n, r=r, p=p, maxmem=max_memory, dklen=len(digest))
            return hmac.compare_digest(derived_key, digest)
        with contextlib.suppress(VerifyMismatchError):
            return HASHER.verify(self.text, typed)
        return False

    def __str__(self) -> str:
        return self.text

    def cost(self) -> tuple[int, int]:
        """Return the bytes, and passes or lanes, that verifying a password takes.

        Raises:
            ValueError: it is not a hash.
        """
        if self.outdated:
            log_n, r, p, _, _ = _scrypt_parts(self.text)
            return _scrypt_memory(log_n, r), p
        parameters = extract_parameters(self.text)
        return parameters.memory_cost * 1024, max(parameters.time_cost, parameters.parallelism)


def _normalized(password: str) -> bytes:
    """Normalise to NFC: keyboards differ in whether they send letters composed or decomposed."""
    return unicodedata.normalize("NFC", password).encode()


def _scrypt_parts(text: str) -> tuple[int, int, int, bytes, bytes]:
    """Return log2 of N, r, p, salt and digest.

    Raises:
        ValueError: the text is not an scrypt hash.
    """
    match = SCRYPT.fullmatch(text)
    if match is None:
        raise ValueError("expected $scrypt$ln=..,r=..,p=..$salt$hash")
    log_n, r, p = (int(match[group]) for group in (1, 2, 3))
    if not (log_n and r and p):
        raise ValueError("expected ln, r and p of at least 1")
    return log_n, r, p, _decoded(match[4]), _decoded(match[5])


def _scrypt_memory(log_n: int, r: int) -> int:
    """Return the memory that scrypt uses, bytes."""
    return int(128 * 2**log_n * r)


def _decoded(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4))
