from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

import core.client
from core.client import ApiError, Client, UnreachableError, fairest
from core.client.exchange import ATTEMPTS
from tests.core.client.fake_server import MODEL, Script, problem, rated


def client(*answers: Any) -> tuple[Client, Script, list[float]]:
    """A client, what it asks, and how long it waits."""
    script, waits = Script(answers), []  # type: ignore[var-annotated]
    return Client("http://fairest.example/path/", "lab.x", transport=script, sleep=waits.append), script, waits


def test_a_picture_is_sent_with_its_options_and_the_key(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"abc")
    api, script, _ = client(rated())
    with api:
        result = api.rate(tmp_path / "a.jpg", detector="facegrid")
    assert (result.file, result.width, len(result.faces)) == (str(tmp_path / "a.jpg"), 64, 1)
    (request,) = script.requests
    assert str(request.url) == "http://fairest.example/path/v1/rate?detector=facegrid"
    assert request.headers["authorization"] == "Bearer lab.x"
    assert request.content == b"abc"


def test_a_busy_server_is_asked_again_with_the_same_picture() -> None:
    api, script, waits = client(problem(503, "busy", 2), problem(429, "too_many_requests", 5), rated())
    assert api.rate(b"abc").faces
    assert [request.content for request in script.requests] == [b"abc"] * 3
    assert 2 <= waits[0] < 2.5
    assert 5 <= waits[1] < 6


@pytest.mark.parametrize("status", [503, 429])
def test_it_gives_up_in_the_end(status: int) -> None:
    api, script, waits = client(*[problem(status, "busy")] * 20)
    with pytest.raises(ApiError, match="Expected less"):
        api.rate(b"abc")
    assert (len(script.requests), len(waits)) == (ATTEMPTS, ATTEMPTS - 1)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 415, 422, 500])
def test_what_would_fail_again_is_not_asked_again(status: int) -> None:
    api, script, _ = client(problem(status, "code"))
    with pytest.raises(ApiError) as caught:
        api.rate(b"abc")
    assert (caught.value.status, caught.value.code, len(script.requests)) == (status, "code", 1)


def test_no_answer_is_reported() -> None:
    api, _, _ = client(httpx.ConnectError("refused"))
    with pytest.raises(UnreachableError, match=r"fairest.example/path; it did not respond \(refused\)"):
        api.rate(b"abc")


def test_many_come_in_order_and_a_bad_one_stops_none() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.content == b"bad":
            return problem(422, "unreadable_picture")
        return httpx.Response(200, json=[{**rated().json()[0], "width": int(request.content)}])

    with Client(transport=httpx.MockTransport(answer)) as api:
        pictures = [b"%d" % number for number in range(20)]
        pictures[7] = b"bad"
        results = list(api.rate_many(pictures))
    assert [result.width for result in results] == [*range(7), None, *range(8, 20)]
    assert [number for number, result in enumerate(results) if result.error] == [7]


def test_explanations_and_models() -> None:
    api, script, _ = client(httpx.Response(200, content=b"png"), httpx.Response(200, json=[MODEL]))
    assert api.explain(b"abc", face=2, classifier="ensemble") == b"png"
    assert api.models()[0].title == "FaceGrid"
    assert [request.url.path for request in script.requests] == ["/path/v1/explain", "/path/v1/models"]
    assert dict(script.requests[0].url.params) == {"face": "2", "classifier": "ensemble"}


def test_its_names_are_those_of_the_package() -> None:
    assert fairest.__all__ == core.client.__all__
    assert all(getattr(fairest, name) is getattr(core.client, name) for name in core.client.__all__)
