from __future__ import annotations

import asyncio
import logging
from typing import Any

import httpx
import pytest
import streamlit as st

from core.settings import ApiSettings, Settings
from tests.webapp.api.api_harness import Idle, Quick, api, ask, client, problem
from tests.webapp.asgi import scope
from webapp.api import front
from webapp.api.front import is_api
from webapp.api.keys import new_key
from webapp.sandbox.answers import JPEG

KEY, ENTRY = new_key("lab", 1000)
BEARER = {"authorization": f"Bearer {KEY}"}
SITE = "https://other.example"


@pytest.mark.parametrize(
    ("path", "ours"),
    [
        ("/v1", True),
        ("/v1/rate", True),
        ("/v1/x/y", True),
        ("/openapi.json", True),
        ("/", False),
        ("/v10", False),
        ("/photos", False),
        ("/openapi.json/x", False),
    ],
)
def test_what_is_no_request_for_the_api_goes_on(path: str, ours: bool) -> None:
    assert is_api(scope("http", "GET", path, {})) == ours
    assert not is_api(scope("websocket", "GET", path, {}))
    assert not is_api({"type": "lifespan"})
    assert (ask(api(Idle()), "GET", path).text == "the page") == (not ours)


def test_it_lies_below_the_base_path_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "get_option", lambda _name: "fairest")
    app = api(Quick())
    assert ask(app, "POST", "/fairest/v1/rate", content=JPEG).status_code == 200
    assert ask(app, "GET", "/fairest/v1").headers["location"] == "/fairest/v1/docs"
    assert "/fairest/v1/rate" in ask(app, "GET", "/fairest/v1/docs").text
    assert problem(ask(app, "GET", "/fairest/v1/nothing")) == "not_found"
    assert ask(app, "GET", "/fairest/photos").text == "the page"


def test_without_keys_strangers_see_what_it_is_and_no_more() -> None:
    def status(path: str, method: str = "GET") -> int:
        return ask(api(Quick()), method, path, host="192.0.2.7", content=JPEG).status_code

    assert [status(path) for path in ("/v1/health", "/v1/docs", "/openapi.json")] == [200] * 3
    assert [status(path) for path in ("/v1/models", "/v1/nothing")] == [403] * 2
    assert [status(path, "POST") for path in ("/v1/rate", "/v1/explain")] == [403] * 2


def test_with_keys_a_key_opens_from_everywhere() -> None:
    app = api(Quick(), Settings(api=ApiSettings(api_keys=[ENTRY])))
    refused = ask(app, "POST", "/v1/rate", content=JPEG)
    assert problem(refused) == "key_required"
    assert refused.headers["www-authenticate"].startswith("Bearer")
    arguments: dict[str, Any] = {"host": "192.0.2.7", "url": "https://fairest.example", "headers": BEARER}
    assert ask(app, "POST", "/v1/rate", content=JPEG, **arguments).status_code == 200
    assert ask(app, "GET", "/v1/models", **arguments).status_code == 200


def test_the_quota_is_the_keys() -> None:
    key, entry = new_key("small", 2)
    service = Quick(per_minute=1)
    app = api(service, Settings(api=ApiSettings(api_keys=[entry, ENTRY])))

    def status(bearer: str, host: str) -> int:
        headers = {"authorization": f"Bearer {bearer}"}
        return ask(app, "POST", "/v1/rate", host=host, content=JPEG, headers=headers).status_code

    assert [status(key, f"192.0.2.{number}") for number in range(3)] == [200, 200, 429]
    assert [status(KEY, "192.0.2.1") for _ in range(3)] == [200] * 3
    assert {owner for _, owner in service.requests} == {"key small", "key lab"}


def test_two_hundred_at_once_find_so_many_places_and_the_others_are_told_when_to_come() -> None:
    async def scenario() -> list[httpx.Response]:
        may = asyncio.Semaphore(0)
        service = Quick(may=may)
        app = api(service)
        async with client(app) as http_client:
            requests = [asyncio.ensure_future(http_client.post("/v1/rate", content=JPEG)) for _ in range(200)]
            while len([request for request in requests if request.done()]) < 200 - front.AT_ONCE:
                await asyncio.sleep(0.001)
            assert (await http_client.get("/v1/models")).status_code == 200, "what takes no place is answered"
            for _ in range(front.AT_ONCE + 1):
                may.release()
            answers = list(await asyncio.gather(*requests))
            assert (await http_client.post("/v1/rate", content=JPEG)).status_code == 200, "places are given back"
        return answers

    answers = asyncio.run(scenario())
    assert sorted({answer.status_code for answer in answers}) == [200, 503]
    busy = [answer for answer in answers if answer.status_code == 503]
    assert len(busy) == 200 - front.AT_ONCE
    assert {problem(answer) for answer in busy} == {"busy"}
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in busy)


def test_a_server_that_takes_no_work_says_so() -> None:
    app = api(Quick(), status=lambda: "draining")
    assert problem(ask(app, "POST", "/v1/rate", content=JPEG)) == "not_ready"
    assert ask(app, "GET", "/v1/models").status_code == 200


def test_a_fault_of_ours_is_reported_by_an_id_and_logged_by_its_place(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("what was in the picture")

    service = Quick()
    monkeypatch.setattr(service, "rate", fail)
    with caplog.at_level(logging.ERROR):
        answer = ask(api(service), "POST", "/v1/rate", content=JPEG)
    assert problem(answer) == "internal_error"
    (record,) = caplog.records
    assert record.__dict__["request_id"] == answer.json()["request_id"]
    assert (record.__dict__["error"], record.__dict__["place"][:8]) == ("RuntimeError", "test_fro")
    assert "what was in the picture" not in caplog.text + answer.text


def test_nothing_is_traced_whatever_variables_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    assert not api(Idle())._routes._native_telemetry.enabled()


def test_a_fault_before_the_address_is_known_is_reported_too() -> None:
    def fail() -> str:
        raise RuntimeError

    assert problem(ask(api(Quick(), status=fail), "POST", "/v1/rate", content=JPEG)) == "internal_error"


def test_scripts_of_other_sites_are_served_only_where_they_are_named() -> None:
    headers = {"origin": SITE, "sec-fetch-site": "cross-site"}
    preflight = {**headers, "access-control-request-method": "POST", "access-control-request-headers": "authorization"}
    closed_app = api(Quick(), Settings(api=ApiSettings(api_keys=[ENTRY])))
    opened_app = api(Quick(), Settings(api=ApiSettings(api_keys=[ENTRY], api_origins=[SITE])))
    refused = ask(closed_app, "POST", "/v1/rate", content=JPEG, headers=headers | BEARER)
    assert problem(refused) == "other_site"
    for answer in (
        refused,
        ask(closed_app, "OPTIONS", "/v1/rate", headers=preflight),
        ask(opened_app, "GET", "/v1/models"),
    ):
        assert "access-control-allow-origin" not in answer.headers
    preflight_answer = ask(opened_app, "OPTIONS", "/v1/rate", headers=preflight)
    assert preflight_answer.status_code == 200
    assert preflight_answer.headers["access-control-allow-origin"] == SITE
    answer = ask(opened_app, "POST", "/v1/rate", content=JPEG, headers=headers | BEARER)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == SITE
    assert "access-control-allow-credentials" not in answer.headers
    assert problem(ask(opened_app, "POST", "/v1/rate", content=JPEG, headers=headers)) == "key_required"
