"""Gate: if the settings have a password, every page, file, route and WebSocket requires a session token.

With an identity provider instead, the page itself asks the viewer to sign in (webapp.auth.identity_provider); the gate
protects our own routes.

/sign-in    asks for the password and sets the token as a cookie
/sign-out   revokes it and ends what still runs under it: pages, and their video
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from html import escape
from urllib.parse import parse_qs, quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import FairestError
from core.settings import ServerSettings
from webapp.auth import sign_in, tokens
from webapp.auth.access import REMEMBERED, Authenticator, Refusal, allowed, make_authenticator
from webapp.auth.security import client_address, is_https, wants_page
from webapp.auth.streams import Streams, key_of_session, streams
from webapp.auth.tokens import LIFE, SessionToken
from webapp.common import resources
from webapp.common.addresses import address, base, route
from webapp.common.i18n import say

logger = logging.getLogger(__name__)

COOKIE = tokens.COOKIE
KNOWN = "fairest_known"
"""Cookie of a browser that has signed in before."""
OPEN = frozenset({"/healthz", "/livez", "/_stcore/health"})
"""Paths polled by load balancers; they tell only whether the server is healthy."""
OVER = 4401
"""WebSocket close code: the session is over. 4000 to 4999 are reserved for applications."""
MAX_FORM_BYTES = 8192
"""Maximum size of the form, bytes."""
FORM_SECONDS = 10.0
"""Timeout for receiving it."""


class Connection:
    """A WebSocket that can be closed from outside, whatever its application is doing."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._closed = False

    async def send(self, message: Message) -> None:
        """Pass on a message from the application; dropped once closed."""
        if not self._closed:
            await self._send(message)

    async def close(self) -> None:
        """Close it."""
        if not self._closed:
            self._closed = True
            with suppress(OSError, RuntimeError):
                await self._send({"type": "websocket.close", "code": OVER})


class Gate:
    """ASGI middleware."""

    def __init__(
        self,
        app: ASGIApp,
        own: Sequence[str] = (),
        settings: Callable[[], ServerSettings] = resources.server_settings,
        clock: Callable[[], float] = time.time,
        live: Streams = streams,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        """Args:
        own: path prefixes of our own routes.
        clock: seconds since 1970.
        live: the streams, which end with the session they run under.
        steady: see Authenticator.
        """
        self._app = app
        self._own = tuple(own)
        self._settings = settings
        self._clock = clock
        self._live = live
        self._steady = steady
        self._made = False
        self._authenticator: Authenticator | None = None
        self._connections: defaultdict[str, set[Connection]] = defaultdict(set)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] not in {"http", "websocket"} or is_open(scope):
            await self._app(scope, receive, send)
            return
        try:
            authenticator = self._ready()
        except FairestError as error:
            misconfigured = PlainTextResponse(f"This server is misconfigured: {error}", 503)
            await misconfigured(scope, receive, send)
            return
        if authenticator is None:
            await self._inside(scope, receive, send)
            return
        token = authenticator.sessions.read(HTTPConnection(scope).cookies.get(COOKIE), self._clock())
        if scope["type"] == "websocket":
            await self._websocket(token, scope, receive, send)
        elif route(scope["path"]) == "/sign-in":
            answer = await self._sign_in(authenticator, token, Request(scope, receive))
            await answer(scope, receive, send)
        elif route(scope["path"]) == "/sign-out":
            answer = await self._sign_out(authenticator, token, scope["method"])
            await answer(scope, receive, send)
        elif token is None:
            await ask(scope)(scope, receive, send)
        else:
            await self._inside(scope, receive, send)

    async def _inside(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request that has passed the password check or needs none."""
        is_own = scope["type"] == "http" and route(scope["path"]).startswith(self._own)
        if is_own and not allowed(HTTPConnection(scope)):
            await PlainTextResponse("Sign in first, on the page", 401)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _ready(self) -> Authenticator | None:
        """Create the authenticator at the first request, so that wrong settings are reported on the page."""
        if not self._made:
            self._authenticator = make_authenticator(self._settings(), self._steady)
            self._made = True
        return self._authenticator

    async def _websocket(self, token: SessionToken | None, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection for as long as its session lasts."""
        connection = Connection(send)
        if token is None:
            await connection.close()
            return

        async def end_with_the_session() -> None:
            await asyncio.sleep(token.until - self._clock())
            # The video first: this task ends as soon as the page does.
            await run_in_threadpool(self._live.end, key_of_session(token.name))
            await connection.close()

        ending = asyncio.create_task(end_with_the_session())
        self._connections[token.name].add(connection)
        try:
            await self._app(scope, receive, connection.send)
        finally:
            ending.cancel()
            self._connections[token.name].discard(connection)
            if not self._connections[token.name]:
                del self._connections[token.name]

    async def _sign_in(self, authenticator: Authenticator, token: SessionToken | None, request: Request) -> Response:
        language = sign_in.accepted_language(request.headers.get("accept-language", ""))
        if request.method in {"GET", "HEAD"}:
            target = below_base(request.query_params.get("next", ""))
            return RedirectResponse(target, 303) if token else page(language, target)
        if request.method != "POST":
            return PlainTextResponse("Method not allowed", 405, {"Allow": "GET, HEAD, POST"})
        form = await read_form(request)
        if form is None:
            return PlainTextResponse(
                f"Expected a form of at most {MAX_FORM_BYTES} bytes, within {FORM_SECONDS:.0f} seconds", 413
            )
        target = below_base(form.get("next", ""))
        proxies = self._settings().trusted_proxies
        browser = self._browser(authenticator, request)
        client = client_address(request.scope, proxies)
        outcome = await authenticator.authenticate(form.get("password", ""), client, self._clock(), browser)
        if isinstance(outcome, Refusal):
            return refusal(language, target, math.ceil(outcome.wait))
        answer = RedirectResponse(target, 303)
        secure = is_https(request.scope, proxies)
        browser_token = authenticator.browsers.issue(self._clock())
        for name, value, age in ((COOKIE, outcome, LIFE), (KNOWN, browser_token, REMEMBERED)):
            answer.set_cookie(
                name, value, max_age=age, path=base() or "/", secure=secure, httponly=True, samesite="strict"
            )
        return answer

    def _browser(self, authenticator: Authenticator, request: Request) -> SessionToken | None:
        """Return the token of a known browser: from its own cookie, or a session token, even an expired one."""
        token = authenticator.browsers.read(request.cookies.get(KNOWN), self._clock())
        return token or authenticator.sessions.recognise(request.cookies.get(COOKIE))

    async def _sign_out(self, authenticator: Authenticator, token: SessionToken | None, method: str) -> Response:
        if method != "POST":
            return PlainTextResponse("Method not allowed", 405, {"Allow": "POST"})
        if token is not None:
            authenticator.sessions.revoke(token, self._clock())
            await asyncio.gather(*(connection.close() for connection in self._connections.get(token.name, ())))
            await run_in_threadpool(self._live.end, key_of_session(token.name))
        answer = RedirectResponse(address("/sign-in"), 303)
        answer.delete_cookie(COOKIE, path=base() or "/", httponly=True, samesite="strict")
        return answer


def is_open(scope: Scope) -> bool:
    """Whether a request needs no token: those of monitoring, but not the page at /metrics."""
    if scope["type"] != "http":
        return False
    path = route(scope["path"])
    return path in OPEN or (path == "/metrics" and not wants_page(scope))


def below_base(text: str) -> str:
    """Return a redirect target if it is certainly a path of ours; otherwise the path of the first page."""
    target = sign_in.local_path(text)
    return target if f"{target}/".startswith((f"{base()}/", f"{base()}?")) else address("/")


def page(language: str, target: str, error: str = "", status: int = 200) -> Response:
    """Return the sign-in page."""
    headers = {"Content-Security-Policy": sign_in.POLICY, "Cache-Control": "no-store", "Content-Language": language}
    return HTMLResponse(sign_in.document(language, target, error), status, headers)


def refusal(language: str, target: str, wait: int) -> Response:
    """Return the page again, with the error and the number of seconds to wait."""
    logger.warning("a wrong password was given", extra={"wait": wait})
    if not wait:
        return page(language, target, say(language, sign_in.WRONG), 401)
    answer = page(language, target, sign_in.wait_text(language, wait), 429)
    answer.headers["Retry-After"] = str(wait)
    return answer


def ask(scope: Scope) -> Response:
    """Answer a request without a session token: send browsers to the sign-in page, and tell other clients to sign in.

    A document leads there, not a redirect: after a link from another site a browser sends the cookie only with requests
    made by our own document, and a viewer who has a token need not sign in.
    """
    headers = {"Content-Security-Policy": sign_in.POLICY, "Cache-Control": "no-store"}
    if scope["method"] not in {"GET", "HEAD"} or not wants_page(scope):
        return PlainTextResponse(f"Sign in first, at {address('/sign-in')}", 401, headers)
    target = quote(scope["path"]) + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
    url = escape(f"{address('/sign-in')}?next={quote(target)}")
    text = f'<!doctype html><title>Fairest</title><meta http-equiv="refresh" content="0; url={url}">'
    return HTMLResponse(text, 401, headers)


async def read_form(request: Request) -> dict[str, str] | None:
    """Read the fields of a form; None if it is too long, incomplete or late."""
    body = b""
    try:
        async with asyncio.timeout(FORM_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_FORM_BYTES:
                    return None
    except (ClientDisconnect, TimeoutError):
        return None
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[0] for name, values in fields.items()}
