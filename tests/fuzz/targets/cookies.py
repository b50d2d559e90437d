"""Headers of a request to a page with a password: cookies, the tokens in them, and the language."""

from __future__ import annotations

from pydantic import SecretStr
from starlette.requests import Request

from core.settings import ServerSettings
from tests.fuzz.asgi import inside, scope, status
from tests.fuzz.pieces import request
from webapp.auth.gate import Gate
from webapp.auth.tokens import COOKIE, token_end, token_name

ALLOWED: tuple[type[Exception], ...] = ()
NOW = 1_800_000_000.0
SETTINGS = ServerSettings(password=SecretStr("a password of ours"), secret=SecretStr("0123456789abcdef" * 2))
GATE = Gate(inside, ("/intake",), lambda: SETTINGS, lambda: NOW)
PATHS = ("/", "/sign-in", "/intake/token")


def fuzz(data: bytes) -> None:
    headers, _ = request(data)
    for path in PATHS:
        request_scope = scope(headers, path=path)
        assert status(GATE, request_scope) in {200, 303, 401}
    cookie = Request(scope(headers)).cookies.get(COOKIE, "")
    token_name(cookie)
    token_end(cookie)
