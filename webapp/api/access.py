"""Access control for the API.

If API keys are configured, any client that sends one is admitted. Otherwise only programs on this machine are, provided
that the page itself requires no password or sign-in. Scripts of other sites' pages are admitted only from origins
listed in the settings.
"""

from __future__ import annotations

import asyncio
import ipaddress
import math
import time
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.types import Scope

from core.settings import Settings
from webapp.api.keys import Keys
from webapp.api.problems import ProblemError
from webapp.auth.access import providers
from webapp.auth.security import SAFE, client_address, client_ip, host_name, same_origin
from webapp.common.attempts import Attempts, Limiter
from webapp.photos.arrivals import Sender

FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
"""Headers that reveal a reverse proxy."""
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="fairest"'}
SEND = "Authorization: Bearer KEY"
MAKE_ONE = {"command": "python -m webapp.api.keys NAME", "variable": "FAIREST_API_KEYS", "header": SEND}
"""Values for the messages that explain how to create a key."""


class Access:
    """Checks requests; for use on one event loop."""

    def __init__(
        self,
        settings: Settings,
        limiter: Limiter,
        signing_in: Callable[[], bool] = lambda: bool(providers()),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Create an access check.

        Args:
            settings: the operator's settings.
            limiter: rate limit for clients without a key.
            signing_in: whether the page requires a sign-in.
            clock: monotonic time in seconds.
        """
        self._settings = settings
        self._limiter = limiter
        self._signing_in = signing_in
        self._clock = clock
        self._keys = Keys(settings.api.api_keys)
        self._wrong = Attempts()
        self._checking = asyncio.Lock()

    async def sender(self, scope: Scope) -> Sender:
        """Return the sender of a request that may proceed.

        Raises:
            ProblemError: access is denied.
        """
        headers = Headers(scope=scope)
        self._check_site(scope["method"], headers)
        client = client_address(scope, self._settings.server.trusted_proxies)
        if self._keys:
            return await self._by_key(headers.get("authorization", ""), client)
        self._check_local(scope, headers)
        return Sender(client, self._limiter)

    def _check_site(self, method: str, headers: Headers) -> None:
        """Reject cross-site requests, which browsers send on behalf of other sites' pages."""
        if method in SAFE or same_origin(headers) or headers.get("origin") in self._settings.api.api_origins:
            return
        raise ProblemError(
            "other_site",
            "Expected a request from a program or from this server's own pages; it came from a page of another site.",
        )

    def _check_local(self, scope: Scope, headers: Headers) -> None:
        if self._settings.server.password or self._settings.server.password_hash or self._signing_in():
            raise ProblemError(
                "key_required",
                "This server's page requires signing in, and its API requires a key, but no keys are configured. "
                "Create one with {command}, set it in {variable}, and send it as {header}.",
                0.0,
                CHALLENGE,
                **MAKE_ONE,
            )
        address = client_ip(scope, self._settings.server.trusted_proxies)
        # An unconfigured proxy makes remote clients look local.
        hidden = not self._settings.server.trusted_proxies and any(name in headers for name in FORWARDED)
        # DNS rebinding, a host name made to resolve to this machine, is how another site's page would reach it.
        if address is None or not address.is_loopback or hidden or not _is_local(headers.get("host", "")):
            raise ProblemError(
                "local_only",
                "This server has no API keys, so it only answers programs on its own machine, at localhost. Create a "
                "key with {command}, set it in {variable}, and send it as {header}.",
                **MAKE_ONE,
            )

    async def _by_key(self, authorization: str, client: str) -> Sender:
        scheme, _, key = authorization.partition(" ")
        key = key.strip()
        if scheme.lower() != "bearer" or not key:
            raise ProblemError("key_required", "Expected an API key, sent as {header}.", 0.0, CHALLENGE, header=SEND)
        if known_sender := self._keys.known(key):
            return known_sender
        # One at a time: hashing takes memory and time, and of keys sent at once the wrong ones are all counted.
        async with self._checking:
            return self._keys.known(key) or await self._check(key, client)

    async def _check(self, key: str, client: str) -> Sender:
        """Return the owner of a key that was not verified before."""
        if wait := self._wrong.wait(client, self._clock()):
            raise ProblemError(
                "too_many_requests",
                "Too many wrong API keys. Try again in {seconds} seconds.",
                wait,
                seconds=math.ceil(wait),
            )
        sender = await self._keys.check(key)
        if sender is None:
            self._wrong.failed(client, self._clock())
            raise ProblemError(
                "key_unknown", "Expected an API key of this server; received an unknown key.", 0.0, CHALLENGE
            )
        return sender


def _is_local(host: str) -> bool:
    """Return whether the requested host is this machine, by name or IP address."""
    name = host_name(host)
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
