"""The gate of a page that lies below a path."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
import streamlit as st

from core.settings import ServerSettings
from tests.webapp.asgi import ask
from tests.webapp.auth.gated import HTML, PASSWORD, cookie, house
from webapp.auth import access
from webapp.auth.gate import Gate


@pytest.fixture
def below(monkeypatch: pytest.MonkeyPatch) -> str:
    """The path below which the page lies."""
    monkeypatch.setattr(st, "get_option", lambda _name: "fairest")
    return "/fairest"


def test_below_a_path_the_way_in_and_out_lies_there_too(gate: Gate, below: str) -> None:
    redirect = ask(gate, f"{below}/photos?a=1", accept=HTML)
    assert b'content="0; url=/fairest/sign-in?next=/fairest/photos%3Fa%3D1"' in redirect.body
    page = ask(gate, f"{below}/sign-in?next=/fairest/photos", accept=HTML)
    assert b'action="/fairest/sign-in"' in page.body
    body = urlencode({"password": PASSWORD, "next": "/fairest/photos"}).encode()
    answer = ask(gate, f"{below}/sign-in", "POST", body)
    assert (answer.status, answer.headers["location"]) == (303, "/fairest/photos")
    assert "path=/fairest" in answer.headers["set-cookie"].lower().split("; ")
    assert ask(gate, f"{below}/photos", cookie=cookie(answer)).body == b"inside"
    out = ask(gate, f"{below}/sign-out", "POST", cookie=cookie(answer))
    assert (out.status, out.headers["location"]) == (303, "/fairest/sign-in")
    assert "path=/fairest" in out.headers["set-cookie"].lower().split("; ")
    assert ask(gate, f"{below}/photos", cookie=cookie(answer)).status == 401


@pytest.mark.parametrize("target", ["", "/", "/other", "/fairestly", "https://evil.example"])
def test_nobody_is_led_out_of_the_path(gate: Gate, below: str, target: str) -> None:
    body = urlencode({"password": PASSWORD, "next": target}).encode()
    assert ask(gate, f"{below}/sign-in", "POST", body).headers["location"] == "/fairest/"


def test_programs_that_watch_the_server_need_no_token_below_the_path(gate: Gate, below: str) -> None:
    for path in ("/healthz", "/livez", "/_stcore/health", "/metrics"):
        assert ask(gate, f"{below}{path}", accept="*/*").body == b"inside"
        assert ask(gate, path, accept="*/*").body == b"inside", "at the root as well"
    assert ask(gate, f"{below}/metrics", accept=HTML).status == 401


def test_our_own_routes_below_the_path_are_for_those_who_are_known(monkeypatch: pytest.MonkeyPatch, below: str) -> None:
    gate = Gate(house, ("/intake", "/demo/film.webm"), ServerSettings)
    monkeypatch.setattr(access, "providers", lambda: [None])
    assert ask(gate, f"{below}/intake/token", "PUT").status == ask(gate, f"{below}/demo/film.webm").status == 401
