from __future__ import annotations

import asyncio
import inspect
from typing import Any

import httpx
import pytest

from core.client import ApiError, AsyncClient, Client, Result, UnreachableError
from core.client.exchange import ATTEMPTS
from tests.core.client.fake_server import MODEL, Script, problem, rated


def client(*answers: Any) -> tuple[AsyncClient, Script, list[float]]:
    """A client, what it asks, and how long it waits."""
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    script = Script(answers)
    return AsyncClient("http://fairest.example", "lab.x", transport=script, sleep=sleep), script, waits


def test_it_offers_what_the_other_offers() -> None:
    def offered(kind: type) -> dict[str, list[str]]:
        functions = inspect.getmembers(kind, inspect.isfunction)
        return {
            name: list(inspect.signature(function).parameters)
            for name, function in functions
            if not name.startswith("_")
        }

    assert offered(AsyncClient) == offered(Client)


def test_a_busy_server_is_asked_again() -> None:
    api, script, waits = client(problem(503, "busy", 2), rated())

    async def scenario() -> Result:
        async with api:
            return await api.rate(b"abc", classifier="ensemble")

    assert asyncio.run(scenario()).faces
    assert [request.content for request in script.requests] == [b"abc"] * 2
    assert script.requests[0].headers["authorization"] == "Bearer lab.x"
    assert len(waits) == 1
    assert waits[0] >= 2


def test_it_gives_up_in_the_end() -> None:
    api, script, _ = client(*[problem(429, "too_many_requests")] * 20)
    with pytest.raises(ApiError):
        asyncio.run(api.rate(b"abc"))
    assert len(script.requests) == ATTEMPTS


def test_no_answer_is_reported() -> None:
    api, _, _ = client(httpx.ConnectError("refused"))
    with pytest.raises(UnreachableError):
        asyncio.run(api.models())


def test_many_come_in_order_and_a_bad_one_stops_none() -> None:
    async def answer(request: httpx.Request) -> httpx.Response:
        if request.content == b"bad":
            return problem(422, "unreadable_picture")
        await asyncio.sleep(0.001 * (20 - int(request.content)))
        return httpx.Response(200, json=[{**rated().json()[0], "width": int(request.content)}])

    async def scenario() -> list[Result]:
        pictures = [b"%d" % number for number in range(20)]
        pictures[7] = b"bad"
        async with AsyncClient(transport=httpx.MockTransport(answer)) as api:
            return [result async for result in api.rate_many(pictures)]

    results = asyncio.run(scenario())
    assert [result.width for result in results] == [*range(7), None, *range(8, 20)]


def test_explanations_and_models() -> None:
    api, script, _ = client(httpx.Response(200, content=b"png"), httpx.Response(200, json=[MODEL]))

    async def scenario() -> tuple[bytes, str]:
        return await api.explain(b"abc", 1), (await api.models())[0].name

    assert asyncio.run(scenario()) == (b"png", "facegrid")
    assert dict(script.requests[0].url.params) == {"face": "1"}
