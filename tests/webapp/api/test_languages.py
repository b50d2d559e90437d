"""Problems in the language that the caller prefers; their codes are the same in all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from core.errors import FairestError, ImageError, WeightsError
from core.settings import ApiSettings, PhotosSettings, PictureSettings, Settings
from tests.webapp.api.api_harness import Idle, Quick, api, ask, problem
from tests.webapp.api.test_problems import STARVED
from webapp.api.keys import new_key
from webapp.api.problems import KINDS
from webapp.common.pace import SLOW, SlowError
from webapp.common.refused import RefusedError
from webapp.photos.arrivals import WAIT
from webapp.sandbox.answers import JPEG
from webapp.sandbox.explain import UnratedError
from webapp.sandbox.worker_slot import broke_off

RUSSIAN = {"accept-language": "ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7"}
ENTRY = new_key("lab", 10)[1]
KEYS = Settings(api=ApiSettings(api_keys=[ENTRY]))
SMALL = Settings(pictures=PictureSettings(max_picture_mb=1), photos=PhotosSettings(max_archive_mb=1, max_pictures=1))

UNRATED = UnratedError(
    "Expected a face with a rating; this one was refused, so it cannot be explained or compared. Choose a face that "
    "has a rating."
)


class Failing(Idle):
    """Stands in for a RatingService that can rate nothing."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    async def rate(self, *_: object) -> None:
        """See RatingService."""
        raise self._error


def form(*contents: bytes) -> dict[str, Any]:
    return {"files": [("picture", ("a.jpg", content)) for content in contents]}


async def chunks() -> Any:
    yield JPEG


ASKED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "bad_request": ({}, {"content": b"x", "headers": {"content-type": "multipart/form-data; boundary=x"}}),
    "key_required": ({"settings": KEYS}, {}),
    "key_unknown": ({"settings": KEYS}, {"headers": {"authorization": "Bearer none"}}),
    "local_only": ({}, {"host": "192.0.2.7"}),
    "other_site": ({}, {"headers": {"origin": "https://other.example", "sec-fetch-site": "cross-site"}}),
    "not_found": ({}, {"method": "GET", "path": "/v1/nothing"}),
    "method_not_allowed": ({}, {"method": "GET"}),
    "too_slow": ({"service": Failing(RefusedError(408, SlowError(SLOW, seconds=120.0)))}, {}),
    "length_required": ({}, {"content": chunks()}),
    "too_large": ({"settings": SMALL}, {"content": bytes(1_000_001)}),
    "too_many_pictures": ({"settings": SMALL}, form(b"", b"")),
    "unsupported_media_type": ({}, {"headers": {"content-type": "text/plain"}}),
    "invalid_option": ({}, {"path": "/v1/rate?size=1"}),
    "unknown_model": ({}, {"path": "/v1/rate?detector=nobody"}),
    "no_picture": ({}, {"files": {"picture": (None, b"text")}}),
    "unreadable_picture": ({"service": Failing(ImageError("Expected a picture; the file is empty."))}, {}),
    "no_such_face": ({}, {"path": "/v1/explain?face=9"}),
    "unrated_face": ({"service": Failing(UNRATED)}, {}),
    "too_many_requests": ({"service": Failing(RefusedError(429, FairestError(WAIT), wait=1.0))}, {}),
    "internal_error": ({"service": Failing(RuntimeError())}, {}),
    "busy": ({"service": Failing(STARVED)}, {}),
    "broke_off": ({"service": Failing(broke_off())}, {}),
    "models_unusable": ({"service": Failing(WeightsError("expected a file."))}, {}),
    "not_ready": ({"status": lambda: "draining"}, {}),
}
"""What the server is like, and what it is asked, for each code."""


def answer(code: str, language: Mapping[str, str]) -> httpx.Response:
    served, request = ASKED[code]
    arguments = {"method": "POST", "path": "/v1/rate"} | request
    if "files" not in arguments:
        arguments.setdefault("content", JPEG)
    arguments["headers"] = {**arguments.get("headers", {}), **language}
    return ask(api(**{"service": Quick(), **served}), **arguments)


def test_there_is_a_case_for_every_code() -> None:
    assert ASKED.keys() == KINDS.keys()


@pytest.mark.parametrize("code", KINDS)
def test_every_code_has_a_russian_sentence(code: str) -> None:
    response = answer(code, RUSSIAN)
    assert problem(response) == code
    assert response.headers["content-language"] == "ru"
    assert "accept-language" in response.headers["vary"].lower()
    for text in (response.json()["title"], response.json()["detail"]):
        assert re.match("[А-ЯЁ]", text), text
        assert not re.search(r"\{\w*\}", text), "every value is filled in"


@pytest.mark.parametrize("header", [{}, {"accept-language": "de"}, {"accept-language": "en;q=0.9, ru;q=0.8"}])
def test_who_does_not_prefer_russian_reads_english(header: dict[str, str]) -> None:
    response = answer("unknown_model", header)
    assert problem(response) == "unknown_model"
    assert response.headers["content-language"] == "en"
    assert response.json()["detail"].startswith("Expected a detector among ")


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/v1/explain?face=x", "face: ожидалось целое число."),
        ("/v1/explain?face=-1", "face: ожидалось не меньше 0."),
        ("/v1/explain?face=10001", "face: ожидалось не больше 10000."),
        ("/v1/rate?detector=", "detector: ожидалось знаков не меньше 1."),
        (f"/v1/rate?classifier={'x' * 65}", "classifier: ожидалось знаков не больше 64."),
        (
            "/v1/rate?size=1&mode=2",
            "'size' — неизвестный параметр; возможные параметры: detector, classifier, file; 'mode'",
        ),
    ],
)
def test_each_fault_of_an_option_is_reported_in_russian(path: str, says: str) -> None:
    response = ask(api(Quick()), "POST", path, content=JPEG, headers=RUSSIAN)
    assert problem(response) == "invalid_option"
    assert says in response.json()["detail"]
