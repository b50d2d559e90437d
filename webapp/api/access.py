"""Who may use the API.

With keys in the settings, whoever sends one of them, from wherever. Without, programs on this machine, as long as the
page asks nobody for a password or a sign-in either. Scripts of other sites' pages, only where the settings name the
site.
"""

from __future__ import annotations

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
"""Headers by which a reverse proxy shows."""
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="fairest"'}
SEND = "Authorization: Bearer KEY"
MAKE_ONE = {"command": "python -m webapp.api.keys NAME", "variable": "FAIREST_API_KEYS", "header": SEND}
"""How somebody comes to have a key."""


class Access:
    """For one event loop."""

    def __init__(
        self,
        settings: Settings,
        limiter: Limiter,
        signing_in: Callable[[], bool] = lambda: bool(providers()),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Args:
        limiter: of those who need no key.
        signing_in: whether the page asks for a sign-in.
        clock: seconds.
        """
        self._settings = settings
        self._limiter = limiter
        self._signing_in = signing_in
        self._clock = clock
        self._keys = Keys(settings.api.api_keys)
        self._wrong = Attempts()

    async def sender(self, scope: Scope) -> Sender:
        """Who sends a request that may go on.

        Raises:
            ProblemError: it may not.
        """
        headers = Headers(scope=scope)
        self._check_site(scope["method"], headers)
        who = client_address(scope, self._settings.server.trusted_proxies)
        if self._keys:
            return await self._by_key(headers.get("authorization", ""), who)
        self._check_local(scope, headers)
        return Sender(who, self._limiter)

    def _check_site(self, method: str, headers: Headers) -> None:
        """Browsers send what other sites' pages make them send."""
        if method in SAFE or same_origin(headers) or headers.get("origin") in self._settings.api.api_origins:
            return
        raise ProblemError(
            "other_site",
            "Expected a request of a program or of this server's own pages; a page of another site sent it.",
        )

    def _check_local(self, scope: Scope, headers: Headers) -> None:
        if self._settings.server.password or self._settings.server.password_hash or self._signing_in():
            raise ProblemError(
                "key_required",
                "The page of this server is closed to strangers, and its API without keys to all. Make a key by "
                "{command}, set it in {variable}, and send it as {header}.",
                0.0,
                CHALLENGE,
                **MAKE_ONE,
            )
        address = client_ip(scope, self._settings.server.trusted_proxies)
        # A proxy that the settings do not know of makes strangers look as if they were here.
        hidden = not self._settings.server.trusted_proxies and any(name in headers for name in FORWARDED)
        # A name that is made to mean this machine is how a page of another site would reach it.
        if address is None or not address.is_loopback or hidden or not _is_local(headers.get("host", "")):
            raise ProblemError(
                "local_only",
                "This server has no API keys, and without them it answers programs on its own machine only, at "
                "localhost. Make a key by {command}, set it in {variable}, and send it as {header}.",
                **MAKE_ONE,
            )

    async def _by_key(self, authorization: str, who: str) -> Sender:
        scheme, _, key = authorization.partition(" ")
        key = key.strip()
        if scheme.lower() != "bearer" or not key:
            raise ProblemError("key_required", "Expected a key, as {header}.", 0.0, CHALLENGE, header=SEND)
        if known := self._keys.known(key):
            return known
        now = self._clock()
        if wait := self._wrong.wait(who, now):
            raise ProblemError(
                "too_many_requests",
                "Too many wrong keys; another may be tried in {seconds} seconds.",
                wait,
                seconds=math.ceil(wait),
            )
        sender = await self._keys.check(key)
        if sender is None:
            self._wrong.failed(who, self._clock())
            raise ProblemError("key_unknown", "Expected a key of this server; this is none.", 0.0, CHALLENGE)
        return sender


def _is_local(host: str) -> bool:
    """Whether the host that was asked for is this machine, by name or number."""
    name = host_name(host)
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
