from __future__ import annotations

import gc

import pytest
import streamlit as st
from starlette.requests import HTTPConnection

from webapp.auth import streams as module
from webapp.auth.streams import Streams, key_of_request, key_of_session, key_of_user, key_of_viewer
from webapp.auth.tokens import COOKIE, SessionTokens, token_name


class Stream:
    def __init__(self) -> None:
        self.stopped = 0

    def stop(self) -> None:
        self.stopped += 1


def test_what_runs_under_a_sign_in_ends_with_it_and_nothing_else() -> None:
    streams = Streams()
    mine, mine_too, other = Stream(), Stream(), Stream()
    for key, stream in (("a", mine), ("a", mine_too), ("b", other)):
        streams.add(key, stream)
    streams.end("a")
    streams.end("a")
    assert (mine.stopped, mine_too.stopped, other.stopped) == (1, 1, 0)


def test_nothing_begins_under_one_that_is_over() -> None:
    streams = Streams()
    streams.end("a")
    late = Stream()
    streams.add("a", late)
    assert late.stopped == 1


def test_whoever_comes_back_to_a_provider_begins_anew() -> None:
    streams = Streams()
    streams.end("user", for_good=False)
    new_stream = Stream()
    streams.add("user", new_stream)
    assert new_stream.stopped == 0


@pytest.mark.long
def test_what_ended_by_itself_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ENDED", 3)
    streams = Streams()
    for number in range(10):
        stream = Stream()
        streams.add(f"{number}", stream)
        del stream
        gc.collect()
        streams.end(f"over {number}")
    assert len(streams._streams) <= 1
    assert len(streams._over) == 3


def test_a_viewer_is_known_by_the_token_or_the_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    class Context:
        cookies: dict[str, str] = {}  # noqa: RUF012

    monkeypatch.setattr(st, "context", Context)
    monkeypatch.setattr(st, "user", {})
    assert key_of_viewer() is None
    tokens = SessionTokens("s" * 32, "test")
    cookie = tokens.issue(1_000_000)
    token = tokens.read(cookie, 1_000_001)
    assert token
    assert token_name(cookie) == token.name
    Context.cookies = {COOKIE: cookie}
    assert key_of_viewer() == key_of_session(token.name)
    Context.cookies = {}
    keys = set()
    for issued in (1, 2):
        monkeypatch.setattr(st, "user", {"is_logged_in": True, "sub": "somebody", "iat": issued})
        keys.add(key_of_viewer())
    assert len(keys - {None}) == 2, "each sign-in for itself"


def test_a_request_is_known_by_the_same_as_its_sender_s_page(monkeypatch: pytest.MonkeyPatch) -> None:
    cookie = SessionTokens("s" * 32, "test").issue(1_000_000)

    def asking(**cookies: str) -> HTTPConnection:
        line = "; ".join(f"{name}={value}" for name, value in cookies.items())
        return HTTPConnection({"type": "http", "headers": [(b"cookie", line.encode())]})

    monkeypatch.setattr(module, "claims", lambda _connection: {})
    assert key_of_request(asking()) is None
    assert key_of_request(asking(**{COOKIE: cookie})) == key_of_session(token_name(cookie))
    user = {"is_logged_in": True, "iss": "https://id.example", "sub": "somebody", "iat": 1}
    monkeypatch.setattr(module, "claims", lambda _connection: user | {"origin": "https://here.example"})
    monkeypatch.setattr(st, "context", HTTPConnection({"type": "http", "headers": []}))
    monkeypatch.setattr(st, "user", user)
    assert key_of_request(asking()) == key_of_viewer()


def test_whoever_names_nobody_is_known_by_all_that_is_said() -> None:
    assert key_of_user({"email": "a@example.org"}) != key_of_user({"email": "b@example.org"})
