"""The API's routes, described and served by FastAPI; access control is in webapp.api.front."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import aclosing, suppress
from functools import cache
from typing import Annotated, Any, TypeVar

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.telemetry import TelemetryConfig
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from core.errors import FairestError
from core.output.escaping import json_line
from core.output.sinks import Result
from webapp.api import description, docs
from webapp.api.house import House
from webapp.api.problems import AGAIN, ROUTING, ProblemError, fault, invalid_options, problem_of
from webapp.api.rating import Rating
from webapp.api.schemas import ExplainOptions, HealthObject, ModelObject, ModelOptions, RateOptions, ResultObject
from webapp.common.addresses import address
from webapp.common.disconnects import while_connected
from webapp.common.i18n import N_

PREFIX = "/v1"
OPENAPI = "/openapi.json"
LINES = "application/x-ndjson"
PNG = "image/png"

OPTIONS: dict[str, type[ModelOptions]] = {f"{PREFIX}/rate": RateOptions, f"{PREFIX}/explain": ExplainOptions}
"""By path."""

UNROUTED = {
    "not_found": N_("There is nothing at this address; {docs} lists what is available."),
    "method_not_allowed": N_("Expected a method other than {method}; see the header Allow."),
    "bad_request": N_("Expected a well-formed request."),
}
"""Messages for requests that match no route, by code."""

QUIET = TelemetryConfig(tracing=False, metrics=False, logs=False, operation_spans=False, auto_configure=False)
"""No telemetry leaves the process, whatever its OpenTelemetry environment variables say."""

T = TypeVar("T")


class LinesResponse(Response):
    """Response in JSON lines, each sent as soon as it is available. Slow readers do not hold up the work."""

    media_type = LINES

    def __init__(self, results: AsyncGenerator[Result], on_done: Callable[[], Awaitable[object]]) -> None:
        """Create a response.

        Args:
            results: the results to send, one line each.
            on_done: called when the last result is available, whether or not the client has read them all.
        """
        super().__init__()
        del self.headers["content-length"]
        self._results = results
        self._done = on_done

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        await while_connected(self._send_lines(send), receive)
        with suppress(OSError):
            await send({"type": "http.response.body", "body": b""})

    async def _send_lines(self, send: Send) -> None:
        lines: asyncio.Queue[bytes | None] = asyncio.Queue()
        task = asyncio.create_task(self._work(lines))
        try:
            while (line := await lines.get()) is not None:
                await send({"type": "http.response.body", "body": line, "more_body": True})
            await task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _work(self, lines: asyncio.Queue[bytes | None]) -> None:
        """Queue all lines, at most one per picture of the request, followed by None."""
        try:
            async with aclosing(self._results) as results:
                async for result in results:
                    lines.put_nowait(json_line(result.to_dict(), "utf-8").encode() + b"\n")
            await self._done()
        finally:
            lines.put_nowait(None)


def wants_lines(headers: Headers) -> bool:
    """Return whether the client explicitly accepts JSON lines."""
    return any(part.partition(";")[0].strip().lower() == LINES for part in headers.get("accept", "").split(","))


async def finished(work: Coroutine[Any, Any, T], request: Request) -> T:
    """Run a coroutine while the client is connected and return its result.

    The request's resources are released before the response is sent, because the client may read it slowly.

    Raises:
        ClientDisconnect: the client has disconnected.
        FairestError: raised by the coroutine.
    """
    result = await while_connected(work, request.receive)
    if result is None:
        raise ClientDisconnect
    await request.state.stack.aclose()
    return result


def make_routes(house: House) -> FastAPI:
    """Create the application that serves the paths below PREFIX, and OPENAPI."""
    app = FastAPI(
        **description.ABOUT, openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, telemetry=QUIET
    )
    rating = Rating(house)
    _add_errors(app)

    @app.post(f"{PREFIX}/rate", response_model=list[ResultObject], **description.RATE)
    async def rate(request: Request, options: Annotated[RateOptions, Query()]) -> Response:
        order, _ = await rating.take(request, options, house.settings().photos.max_pictures)
        if wants_lines(request.headers):
            return LinesResponse(rating.rated(order), request.state.stack.aclose)
        results = await finished(rating.all_rated(order), request)
        return JSONResponse([result.to_dict() for result in results])

    @app.post(f"{PREFIX}/explain", response_class=Response, **description.EXPLAIN)
    async def explain(request: Request, options: Annotated[ExplainOptions, Query()]) -> Response:
        order, chosen = await rating.take(request, options, 1)
        return Response(await finished(rating.explained(order, chosen), request), media_type=PNG)

    @app.get(f"{PREFIX}/models", response_model=list[ModelObject], **description.MODELS)
    async def models() -> Response:
        settings = house.settings()
        defaults = {"detector": settings.rating.photo_detector, "classifier": settings.rating.classifier}
        model_objects = [
            ModelObject(
                kind=card.kind,
                name=card.name,
                title=card.title,
                scores=card.scores,
                default=card.name == defaults[card.kind],
            ).model_dump()
            for card in house.manifest().models
            if card.kind in defaults
        ]
        return JSONResponse(model_objects)

    @app.get(f"{PREFIX}/health", response_model=HealthObject, **description.HEALTH)
    async def health() -> Response:
        check_ready(house)
        return JSONResponse({"status": house.status()})

    # Cached: rendering is too expensive to repeat for every unauthenticated request.
    @cache
    def described() -> bytes:
        return bytes(JSONResponse(description.document(app)).body)

    @cache
    def readable() -> str:
        return docs.page(description.document(app))

    @app.get(OPENAPI, include_in_schema=False)
    async def openapi() -> Response:
        return Response(described(), media_type="application/json")

    @app.get(PREFIX, include_in_schema=False)
    async def front() -> Response:
        return RedirectResponse(address(f"{PREFIX}/docs"))

    @app.get(f"{PREFIX}/docs", include_in_schema=False)
    async def read() -> Response:
        return HTMLResponse(readable(), headers=docs.HEADERS)

    return app


def check_ready(house: House) -> None:
    """Raise ProblemError while the server accepts no work."""
    status = house.status()
    if status != "ready":
        raise ProblemError("not_ready", "Expected a server that is ready; this one is {status}.", AGAIN, status=status)


def _add_errors(app: FastAPI) -> None:
    """Answer every failure with a problem document."""

    async def of_problem(request: Request, error: Exception) -> Response:
        assert isinstance(error, ProblemError)
        return error.answer(request.state.request_id, request.state.language)

    async def of_core(request: Request, error: Exception) -> Response:
        assert isinstance(error, FairestError)
        return problem_of(error).answer(request.state.request_id, request.state.language)

    async def of_options(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        valid_names = OPTIONS[request.scope["path"]].model_fields
        return invalid_options(error.errors(), valid_names).answer(request.state.request_id, request.state.language)

    async def of_routing(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        code = ROUTING[error.status_code]
        values = {"docs": address(f"{PREFIX}/docs"), "method": request.method}
        return ProblemError(code, UNROUTED[code], 0.0, error.headers, **values).answer(
            request.state.request_id, request.state.language
        )

    async def unforeseen(request: Request, _error: Exception) -> Response:
        return fault().answer(request.state.request_id, request.state.language)

    app.add_exception_handler(ProblemError, of_problem)
    app.add_exception_handler(FairestError, of_core)
    app.add_exception_handler(RequestValidationError, of_options)
    app.add_exception_handler(HTTPException, of_routing)
    app.add_exception_handler(Exception, unforeseen)
