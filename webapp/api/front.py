"""ASGI middleware in front of the API, ahead of the page's own: access control and a limit on concurrent requests.

Every response has an X-Request-Id and is not cacheable. Failures are answered with a problem document. Internal errors
are logged by type and location only, because their text may contain request data.
"""

from __future__ import annotations

import logging
import secrets
import traceback
from contextlib import AsyncExitStack
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import FairestError
from webapp.api.access import Access
from webapp.api.house import House
from webapp.api.problems import AGAIN, ProblemError, fault
from webapp.api.routes import OPENAPI, PREFIX, check_ready, make_routes
from webapp.auth.sign_in import accepted_language
from webapp.common.addresses import route

logger = logging.getLogger(__name__)

AT_ONCE = 32
"""Maximum number of requests with pictures being read, waiting or rated; further ones are told to retry."""
OPEN = frozenset({f"{PREFIX}/health", f"{PREFIX}/docs", PREFIX, OPENAPI})
"""Paths that need no key: they reveal only the server's status and the API's description."""
PREFLIGHT_SECONDS = 3600


def is_api(scope: Scope) -> bool:
    """Return whether a request is for the API."""
    if scope["type"] != "http":
        return False
    path = route(scope["path"])
    return path in {PREFIX, OPENAPI} or path.startswith(f"{PREFIX}/")


class Api:
    """ASGI middleware that answers API requests and passes on all others."""

    def __init__(self, app: ASGIApp, house: House) -> None:
        self._app = app
        self._house = house
        self._routes = make_routes(house)
        self._access: Access | None = None
        self._shared: ASGIApp | None = None
        self._inside = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        if not is_api(scope):
            await self._app(scope, receive, send)
            return
        origin = dict(scope["headers"]).get(b"origin", b"").decode("latin-1")
        try:
            origins = self._house.settings().api.api_origins
        except FairestError:
            # The response itself reports invalid settings.
            origins = []
        if origin not in origins:
            await self._answer(scope, receive, send)
            return
        self._shared = self._shared or CORSMiddleware(
            self._answer,
            allow_origins=origins,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type"],
            expose_headers=["Retry-After", "X-Request-Id"],
            max_age=PREFLIGHT_SECONDS,
        )
        await self._shared(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = secrets.token_hex(16)
        language = accepted_language(Headers(scope=scope).get("accept-language", ""))
        started = False

        async def pass_on(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                headers.setdefault("Cache-Control", "no-store")
                headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
            await send(message)

        try:
            async with AsyncExitStack() as stack:
                state = {"request_id": request_id, "language": language, "stack": stack}
                inner = {**scope, "path": route(scope["path"]), "root_path": "", "state": state}
                if inner["path"] not in OPEN:
                    state["sender"] = await self._admitted(scope, stack)
                await self._routes(inner, receive, pass_on)
        except ClientDisconnect:
            return
        except ProblemError as problem:
            await problem.answer(request_id, language)(scope, receive, pass_on)
        except Exception as error:
            _log(error, request_id)
            if not started:
                await fault().answer(request_id, language)(scope, receive, pass_on)

    async def _admitted(self, scope: Scope, stack: AsyncExitStack) -> object:
        """Return a request's sender, and take a slot if the request may bring pictures.

        The slot is freed when the stack is closed, as soon as the work is done.
        """
        if self._access is None:
            self._access = Access(self._house.settings(), self._house.service().limiter)
        sender = await self._access.sender(scope)
        if scope["method"] == "POST":
            check_ready(self._house)
            if self._inside >= AT_ONCE:
                raise ProblemError(
                    "busy", "Expected at most {most} requests at a time; there are more now.", AGAIN, most=AT_ONCE
                )
            self._inside += 1
            stack.callback(self._leave)
        return sender

    def _leave(self) -> None:
        self._inside -= 1


def _log(error: Exception, request_id: str) -> None:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    location = f"{Path(frame.filename).name}:{frame.lineno}"
    logger.error(
        "a request of the API failed unforeseen",
        extra={"request_id": request_id, "error": type(error).__name__, "place": location},
    )
