"""HTTP endpoints of live sessions, beside the uploads and behind the same sign-in.

POST /live/offer             takes an offer as JSON or, as in WHIP, bare SDP; returns 201 with the session's address
DELETE /live/offer/ID        ends a session
GET /live/offer/ID/faces     returns the newest message about its faces, for publishers without a data channel
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from core.errors import FairestError
from core.live.messages import VERSION
from core.settings import Settings
from webapp.auth.security import allowed_origin, client_address
from webapp.auth.sign_in import accepted_language
from webapp.auth.streams import key_of_request, streams
from webapp.auth.tokens import COOKIE, token_end
from webapp.common.addresses import address
from webapp.common.attempts import Limiter
from webapp.common.i18n import N_, localize
from webapp.common.refused import RefusedError
from webapp.live.signalling.offer import MAX_BYTES, SDP, read_offer, refuse
from webapp.live.signalling.sessions import Sessions

PATH = "/live/offer"
REASON = "Fairest-Reason"
"""Header with the reason in one word why no session was started: full, busy or stopping."""
OFFERS_A_MINUTE = 30
"""Maximum offers of one client per minute."""
BODY_SECONDS = 10.0
"""Timeout for receiving an offer, seconds."""

OFTEN = N_("Expected at most {most} offers per minute; received more. Try again in a few seconds.")
LARGE = N_("Expected an offer of at most {most} bytes; received more.")
SLOW = N_("Expected the offer within {seconds:.0f} seconds; it did not arrive.")
UNUSABLE = N_("The models cannot be used, so live video is not available for now.")
NOTHING = N_("No frame of this session has been analysed yet.")


class OfferEndpoint:
    """ASGI application of the routes below PATH."""

    def __init__(
        self,
        sessions: Callable[[], Sessions],
        settings: Callable[[], Settings],
        clock: Callable[[], float] = time.monotonic,
        today: Callable[[], float] = time.time,
    ) -> None:
        """Args:
        sessions: returns the sessions of the process. Called in a thread, as it may take long the first time. Raises
            FairestError if the models cannot be used.
        settings: returns the settings.
        clock: returns seconds.
        today: returns seconds since 1970.
        """
        self._sessions = sessions
        self._settings = settings
        self._clock = clock
        self._today = today
        self._limiter = Limiter(OFFERS_A_MINUTE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        request = Request(scope, receive)
        try:
            answer = await self._answer(request)
        except RefusedError as refused:
            text = localize(refused, _language(request))
            headers = {"Retry-After": f"{refused.wait:.0f}"} if refused.wait else {}
            if refused.reason:
                headers[REASON] = refused.reason
            answer = PlainTextResponse(text, refused.status, headers)
        except ClientDisconnect:
            return
        answer.headers.update({"Cache-Control": "no-store", **cross_origin(request)})
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204)
        if request.method == "POST":
            return await self._offer(request)
        sessions = await self._ready()
        session = request.path_params["session"]
        if request.method == "DELETE":
            await sessions.around.loop.call(sessions.delete(session))
            return Response(status_code=200)
        newest = await sessions.around.loop.call(sessions.newest(session))
        if newest is None:
            raise refuse(NOTHING, 404)
        return Response(newest, media_type="application/json")

    async def _offer(self, request: Request) -> Response:
        client = client_address(request.scope, self._settings().server.trusted_proxies)
        wait = self._limiter.take(client, self._clock())
        if wait:
            raise refuse(OFTEN, 429, max(1.0, wait), most=OFFERS_A_MINUTE)
        kind = request.headers.get("content-type", "")
        offer = read_offer(kind, await _body(request))
        sessions = await self._ready()
        opening = sessions.open(offer, client, self._lasts(request), _language(request))
        answer = await sessions.around.loop.call(opening)
        session = answer.session
        key = key_of_request(request)
        if key is not None:
            streams.add(key, session)
        headers = {"Location": address(f"{PATH}/{session.id}")}
        if kind.partition(";")[0].strip().lower() == SDP:
            return Response(answer.sdp, 201, headers, media_type=SDP)
        payload = {"version": VERSION, "session": session.id, "type": "answer", "sdp": answer.sdp}
        return JSONResponse(payload, 201, headers)

    def _lasts(self, request: Request) -> float | None:
        """Return the seconds until the session token that the gate accepted expires; None if none is required."""
        settings = self._settings().server
        if settings.password is None and settings.password_hash is None:
            return None
        end = token_end(request.cookies.get(COOKIE, ""))
        return None if end is None else end - self._today()

    async def _ready(self) -> Sessions:
        try:
            return await run_in_threadpool(self._sessions)
        except FairestError as error:
            raise refuse(UNUSABLE, 503) from error


def _language(request: Request) -> str:
    return accepted_language(request.headers.get("accept-language", ""))


async def _body(request: Request) -> bytes:
    """Read a request's body, within the limits of an offer's size and time."""
    body = b""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise refuse(LARGE, 413, most=MAX_BYTES)
    except TimeoutError:
        raise refuse(SLOW, 408, seconds=BODY_SECONDS) from None
    return body


def cross_origin(request: Request) -> dict[str, str]:
    """Return the CORS headers that let another site read a response, if the operator allows that site."""
    origin = allowed_origin(request.headers)
    if origin is None:
        return {}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Methods": "GET, POST, DELETE",
        "Access-Control-Allow-Headers": "Content-Type",
        "Access-Control-Expose-Headers": f"Location, Retry-After, {REASON}",
        "Vary": "Origin",
    }


def offer_routes(endpoint: OfferEndpoint) -> list[Route]:
    """Return the routes of the endpoint."""
    return [
        Route(PATH, endpoint, methods=["POST", "OPTIONS"]),
        Route(f"{PATH}/{{session}}", endpoint, methods=["DELETE", "OPTIONS"]),
        Route(f"{PATH}/{{session}}/faces", endpoint, methods=["GET", "OPTIONS"]),
    ]
