"""A server that answers what a test lays down."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import httpx

FACE = {
    "box": [1.0, 2.0, 30.0, 40.0],
    "detection": 0.9,
    "rating": 3.4,
    "label": "Sexy",
    "probability": 0.8,
    "age": 31.0,
    "refused": None,
    "track": None,
}
RATED = {"file": "picture", "width": 64, "height": 48, "error": None, "ms": 5.0, "faces": [FACE]}
MODEL = {"kind": "detector", "name": "facegrid", "title": "FaceGrid", "scores": {"ap": 0.9}, "default": True}


def problem(status: int, code: str, wait: int | None = None) -> httpx.Response:
    """A problem document."""
    headers = {"x-request-id": "abc"} | ({} if wait is None else {"retry-after": str(wait)})
    return httpx.Response(status, json={"code": code, "detail": "Expected less."}, headers=headers)


def rated() -> httpx.Response:
    return httpx.Response(200, json=[RATED])


class Script(httpx.MockTransport):
    """Answers one after another.

    Attributes:
        requests: what was asked.
    """

    def __init__(self, answers: Iterable[Any]) -> None:
        self.requests: list[httpx.Request] = []
        self._answers = iter(answers)
        super().__init__(self._next)

    def _next(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, httpx.Response)
        return answer
