"""API keys in the form `NAME.SECRET`, of which the server stores only the hash.

python -m webapp.api.keys NAME [--per-minute N]    creates a key and prints it with its entry for FAIREST_API_KEYS
"""

from __future__ import annotations

import argparse
import hashlib
import json
import secrets
import sys
from collections.abc import Sequence

from pydantic import ValidationError

from core.settings import ApiKey
from webapp.auth.passwords import PasswordError, PasswordHash
from webapp.common.attempts import Limiter
from webapp.common.background import in_background
from webapp.photos.arrivals import Sender


class Keys:
    """The configured keys. A key is cached once it was verified."""

    def __init__(self, keys: Sequence[ApiKey]) -> None:
        """Load the keys. keys: entries whose hashes were checked at start-up; see `check_hashes`."""
        self._hashes = {key.name: PasswordHash(key.hash.get_secret_value().strip()) for key in keys}
        self._senders = {key.name: Sender(f"key {key.name}", Limiter(key.per_minute)) for key in keys}
        self._known: dict[bytes, Sender] = {}

    def __bool__(self) -> bool:
        return bool(self._hashes)

    def known(self, key: str) -> Sender | None:
        """Return the key's owner if the key was verified before."""
        return self._known.get(_digest(key))

    async def check(self, key: str) -> Sender | None:
        """Return the key's owner; None if it is not a valid key. Hashing takes memory and time: one at a time."""
        hashed = self._hashes.get(key.partition(".")[0])
        if hashed is None or not await in_background(hashed.matches, key):
            return None
        sender = self._senders[key.partition(".")[0]]
        self._known[_digest(key)] = sender
        return sender


def check_hashes(keys: Sequence[ApiKey]) -> None:
    """Check that all hashes are well formed; takes as long as verifying one key per entry.

    Raises:
        PasswordError: one is malformed.
    """
    for key in keys:
        try:
            PasswordHash.parse(key.hash.get_secret_value())
        except PasswordError as error:
            raise PasswordError(
                "expected the hash of the API key {name} as python -m webapp.api.keys printed it; received something "
                "else.",
                name=key.name,
            ) from error


def _digest(key: str) -> bytes:
    """Return what is cached of a valid key for the lifetime of the process."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()


def new_key(name: str, per_minute: int) -> tuple[str, ApiKey]:
    """Return a new key and its entry in the settings.

    Raises:
        ValidationError: the name is invalid.
    """
    key = f"{name}.{secrets.token_urlsafe(32)}"
    return key, ApiKey.model_validate({"name": name, "hash": str(PasswordHash.of(key)), "per_minute": per_minute})


def parser() -> argparse.ArgumentParser:
    """Build the command line parser."""
    argument_parser = argparse.ArgumentParser(
        prog="python -m webapp.api.keys", description="Create a key for the HTTP API."
    )
    argument_parser.add_argument("name", metavar="NAME", help="its owner: letters, digits, - and _")
    argument_parser.add_argument(
        "--per-minute",
        type=int,
        default=ApiKey.model_fields["per_minute"].default,
        metavar="N",
        help="pictures allowed per minute (default: %(default)s)",
    )
    return argument_parser


def main(argv: list[str] | None = None) -> int:
    """Print a new key and its entry; return 1 with a message if the name or the number is invalid."""
    arguments = parser().parse_args(argv)
    try:
        key, entry = new_key(arguments.name, arguments.per_minute)
    except ValidationError as error:
        fault = error.errors()[0]
        print(f"{fault['loc'][0]}: {fault['msg']}; received {fault['input']!r}.", file=sys.stderr)
        return 1
    entries = json.dumps([entry.model_dump() | {"hash": entry.hash.get_secret_value()}])
    print(f"The key, which is shown only once: {key}", file=sys.stderr)
    print(f"FAIREST_API_KEYS='{entries}'")
    return 0


if __name__ == "__main__":
    sys.exit(main())
