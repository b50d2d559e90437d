from __future__ import annotations

import json

import pytest

from tests.chaos.requests import Answer, End, Kind, judge

PROBLEM = "application/problem+json"
SENTENCE = "Expected a server that is ready; this one is loading."


def problem(detail: str) -> bytes:
    return json.dumps({"status": 503, "detail": detail}).encode()


@pytest.mark.parametrize(
    ("kind", "answer", "how"),
    [
        ("call", Answer(200, "application/json", b'[{"faces": []}]', True), "answered"),
        ("call", Answer(200, "application/json", b'[{"faces": ', True), "half"),
        ("call", Answer(200, "application/json", b'[{"faces": ', False), "cut"),
        ("call", Answer(0, "", b"", False), "cut"),
        ("call", Answer(503, PROBLEM, problem(SENTENCE), True), "refused"),
        ("call", Answer(500, PROBLEM, problem(""), True), "half"),
        ("call", Answer(500, "text/plain; charset=utf-8", b"Internal Server Error", True), "half"),
        ("call", Answer(502, "", b"", True), "half"),
        ("upload", Answer(200, "text/event-stream", b'data: {"of": 1, "done": 1}\n\n', True), "answered"),
        ("upload", Answer(200, "text/event-stream", b'data: {"of": 2, "done": 1}\n\n', True), "cut"),
        ("upload", Answer(200, "text/event-stream", b"", True), "cut"),
        ("upload", Answer(404, "text/plain; charset=utf-8", SENTENCE.encode(), True), "refused"),
    ],
)
def test_how_a_request_ended(kind: Kind, answer: Answer, how: End) -> None:
    assert judge(kind, answer)[0] == how
