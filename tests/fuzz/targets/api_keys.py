"""Headers of API requests: the key, and those that identify a request's origin."""

from __future__ import annotations

import base64
import hashlib

from pydantic import SecretStr

from core.settings import ApiKey, ApiSettings, ServerSettings, Settings
from tests.fuzz.asgi import LOOP, scope
from tests.fuzz.pieces import request
from webapp.api.access import Access
from webapp.api.problems import ProblemError
from webapp.common.attempts import Limiter

ALLOWED = (ProblemError,)
SALT = b"salt" * 3
HASH = hashlib.scrypt(b"me.secret", salt=SALT, n=2, r=1, p=1, dklen=33)
WRITTEN = f"$scrypt$ln=1,r=1,p=1${base64.b64encode(SALT).decode()}${base64.b64encode(HASH).decode()}"
"""A key's hash with weak parameters: verifying a real one is deliberately slow, too slow for fuzzing."""
KEYS = [ApiKey(name="me", hash=SecretStr(WRITTEN))]
HOUSES = (
    Settings(api=ApiSettings(api_keys=KEYS), server=ServerSettings(trusted_proxies=1)),
    Settings(api=ApiSettings(api_origins=["https://a.example"])),
)


def fuzz(data: bytes) -> None:
    headers, _ = request(data[1:])
    house = HOUSES[data[0] % 2 if data else 0]
    access = Access(house, Limiter(10), signing_in=lambda: False)
    LOOP.run_until_complete(access.sender(scope(headers, method="POST", client=("127.0.0.1", 5))))
