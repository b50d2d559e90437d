"""Headers that identify client, host and referring page: X-Forwarded-For and others. First byte: number of proxies."""

from __future__ import annotations

from core.settings import ServerSettings
from tests.fuzz.asgi import inside, scope, status
from tests.fuzz.pieces import request
from webapp.auth.security import Security, client_address

ALLOWED: tuple[type[Exception], ...] = ()
MOST = 4
LONGEST = 64


def fuzz(data: bytes) -> None:
    headers, _ = request(data[1:])
    proxies = data[0] % MOST if data else 0
    assert len(client_address(scope(headers), proxies)) <= LONGEST
    security = Security(inside, lambda: ServerSettings(trusted_proxies=proxies))
    for method, scheme in (("GET", "http"), ("POST", "https")):
        assert status(security, scope(headers, method=method, scheme=scheme)) in {200, 403}
