from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from core.client import exchange
from core.client.exchange import ApiError
from tests.core.client.fake_server import MODEL, RATED, problem, rated


def test_an_answer_becomes_a_result_of_the_file_contract() -> None:
    result = exchange.result_of(rated(), "a.jpg")
    assert result.to_dict() == RATED | {"file": "a.jpg"}
    assert result.faces[0].box.w == 30.0


@pytest.mark.parametrize("json", [{}, [], [{}], [RATED, RATED], "x", None, [RATED | {"faces": [{}]}]])
def test_what_is_no_answer_of_a_fairest_server_is_reported(json: object) -> None:
    with pytest.raises(ApiError, match="Expected a response from a Fairest server; received HTTP 200"):
        exchange.result_of(httpx.Response(200, json=json), "a.jpg")


def test_models_are_listed() -> None:
    (model,) = exchange.models_of(httpx.Response(200, json=[MODEL]))
    assert (model.kind, model.name, model.default) == ("detector", "facegrid", True)
    with pytest.raises(ApiError):
        exchange.models_of(httpx.Response(200, json=[{"name": "x"}]))


def test_a_problem_keeps_its_code_sentence_and_id() -> None:
    error = exchange.error_of(problem(422, "unreadable_picture"))
    assert (error.status, error.code, str(error), error.request_id) == (
        422,
        "unreadable_picture",
        "Expected less.",
        "abc",
    )
    for response in (httpx.Response(502, html="<html>"), httpx.Response(404, json=["x"])):
        assert exchange.error_of(response).code == ""


@pytest.mark.parametrize(
    ("attempt", "retry_after", "chance", "seconds"),
    [
        (1, None, 0.0, 0.0),
        (1, None, 1.0, exchange.FIRST_WAIT),
        (3, None, 1.0, 4 * exchange.FIRST_WAIT),
        (7, None, 1.0, exchange.LONGEST_WAIT),
        (1, "7", 0.5, 7 + exchange.FIRST_WAIT / 2),
        (1, "Wed, 21 Oct 2015 07:28:00 GMT", 0.0, 0.0),
        (1, "121", 0.0, None),
        (exchange.ATTEMPTS, None, 0.0, None),
    ],
)
def test_waits_grow_by_chance_and_are_never_shorter_than_asked(
    attempt: int, retry_after: str | None, chance: float, seconds: float | None
) -> None:
    assert exchange.retry_delay(attempt, retry_after, lambda: chance) == seconds


def test_what_is_the_pictures_fault_stops_no_other() -> None:
    assert (
        exchange.failed_result("a.jpg", exchange.error_of(problem(422, "unreadable_picture"))).error == "Expected less."
    )
    with pytest.raises(ApiError):
        exchange.failed_result("a.jpg", exchange.error_of(problem(422, "unknown_model")))


def test_a_picture_is_a_path_or_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"abc")
    assert exchange.read_upload(tmp_path / "a.jpg") == (str(tmp_path / "a.jpg"), b"abc")
    assert exchange.read_upload(str(tmp_path / "a.jpg"))[1] == b"abc"
    assert exchange.read_upload(b"abc") == ("picture", b"abc")
    with pytest.raises(OSError, match="absent"):
        exchange.read_upload("absent.jpg")


def test_a_key_is_sent_only_where_there_is_one() -> None:
    assert exchange.headers("lab.x", b"")["Authorization"] == "Bearer lab.x"
    assert "Authorization" not in exchange.headers(None, b"")
    assert "Content-Type" not in exchange.headers(None, None)
