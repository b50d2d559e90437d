from __future__ import annotations

import asyncio
from urllib.parse import urlencode

import pytest
from pydantic import SecretStr
from starlette.types import Message, Receive, Scope, Send

from core.settings import ServerSettings
from core.settings_reader import SettingsError
from tests.webapp.asgi import ask, scope
from tests.webapp.auth.gated import HTML, PASSWORD, Clock, Socket, cookie, enter, house, settle
from webapp.auth import access, sign_in
from webapp.auth.gate import COOKIE, OVER, Gate
from webapp.auth.tokens import LIFE


def test_without_a_password_in_the_settings_there_is_no_gate() -> None:
    gate = Gate(house, (), ServerSettings)
    for path in ("/", "/sign-in", "/sign-out"):
        assert ask(gate, path, accept=HTML).body == b"inside"


@pytest.mark.parametrize("path", ["/", "/photos", "/static/js/index.js", "/demo/faces.webm", "/_stcore/host-config"])
def test_without_a_session_token_nothing_is_given(gate: Gate, path: str) -> None:
    for accept in (HTML, "*/*"):
        answer = ask(gate, path, accept=accept)
        assert answer.status == 401
        assert b"inside" not in answer.body
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_without_a_session_token_nothing_is_taken(gate: Gate, method: str) -> None:
    assert ask(gate, "/intake/token", method, b"picture", accept=HTML).status == 401


def test_a_browser_is_led_to_the_password_and_back(gate: Gate) -> None:
    answer = ask(gate, "/photos?a=1&b=%22%3C", accept=HTML)
    assert b'content="0; url=/sign-in?next=/photos%3Fa%3D1%26b%3D%2522%253C"' in answer.body
    page = ask(gate, "/sign-in?next=/photos%3Fa%3D1%26b%3D%2522%253C", accept=HTML)
    assert page.status == 200
    assert b'name="next" value="/photos?a=1&amp;b=%22%3C"' in page.body
    assert page.headers["content-security-policy"] == sign_in.POLICY


def test_programs_that_watch_the_server_need_no_token(gate: Gate) -> None:
    for path in ("/healthz", "/_stcore/health", "/metrics"):
        assert ask(gate, path, accept="*/*").body == b"inside"
    assert ask(gate, "/metrics", accept=HTML).status == 401, "the page of that name"


def test_the_password_gives_a_cookie_that_opens(gate: Gate, clock: Clock) -> None:
    answer = enter(gate)
    assert (answer.status, answer.headers["location"]) == (303, "/photos")
    set_cookie = answer.headers["set-cookie"].lower()
    assert {"httponly", "samesite=strict", "path=/", f"max-age={LIFE}"} <= set(set_cookie.split("; "))
    assert "secure" not in set_cookie
    assert ask(gate, "/", cookie=cookie(answer)).body == b"inside"
    clock.now += LIFE
    assert ask(gate, "/", cookie=cookie(answer)).status == 401


def test_over_https_the_cookie_stays_there(gate: Gate) -> None:
    assert "secure" in enter(gate, scheme="https").headers["set-cookie"].lower().split("; ")


def test_whoever_has_a_token_is_not_asked(gate: Gate, held: str) -> None:
    answer = ask(gate, "/sign-in?next=/about", cookie=held)
    assert (answer.status, answer.headers["location"]) == (303, "/about")


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", ""])
def test_nobody_is_led_to_another_site(gate: Gate, held: str, target: str) -> None:
    assert enter(gate, target=target).headers["location"] == "/"
    assert ask(gate, f"/sign-in?{urlencode({'next': target})}", cookie=held).headers["location"] == "/"


def test_a_wrong_password_is_reported_in_the_viewers_language(gate: Gate) -> None:
    answer = enter(gate, "wrong", accept_language="ru")
    assert answer.status == 401
    assert "Неверный пароль" in answer.body.decode()
    assert "set-cookie" not in answer.headers


def test_many_wrong_ones_are_told_how_long_to_wait(gate: Gate, clock: Clock) -> None:
    answers = [enter(gate, "wrong") for _ in range(5)]
    assert [answer.status for answer in answers] == [401] * 4 + [429]
    assert answers[4].headers["retry-after"] == "30"
    assert b"Try again in 30 seconds." in answers[4].body
    clock.now += 12.5
    waiting = enter(gate)
    assert (waiting.status, waiting.headers["retry-after"]) == (429, "18")
    clock.now += 18
    assert enter(gate).status == 303


def test_a_proxy_that_is_trusted_distinguishes_clients(clock: Clock) -> None:
    settings = ServerSettings(password=SecretStr(PASSWORD), trusted_proxies=1)
    gate = Gate(house, (), lambda: settings, clock, steady=clock)
    for _ in range(5):
        enter(gate, "wrong", x_forwarded_for="198.51.100.1")
    assert enter(gate, x_forwarded_for="198.51.100.1").status == 429
    assert enter(gate, x_forwarded_for="198.51.100.2").status == 303


def test_a_form_of_any_length_is_not_read(gate: Gate) -> None:
    assert ask(gate, "/sign-in", "POST", b"password=" + b"x" * 9000).status == 413


@pytest.mark.parametrize("body", [b"", b"\xff\xfe=&&&=", b"next=/photos"])
def test_a_form_of_any_kind_is_a_wrong_password(gate: Gate, body: bytes) -> None:
    assert ask(gate, "/sign-in", "POST", body).status == 401


def test_each_address_takes_its_own_methods(gate: Gate, held: str) -> None:
    assert ask(gate, "/sign-in", "PUT").headers["allow"] == "GET, HEAD, POST"
    assert ask(gate, "/sign-out", cookie=held).status == 405
    assert ask(gate, "/", cookie=held).body == b"inside", "a link to it signs nobody out"


def test_signing_out_ends_the_session_for_good(gate: Gate, held: str) -> None:
    answer = ask(gate, "/sign-out", "POST", cookie=held)
    assert (answer.status, answer.headers["location"]) == (303, "/sign-in")
    assert f'{COOKIE}=""' in answer.headers["set-cookie"]
    assert ask(gate, "/", cookie=held).status == 401, "a copy of the cookie is worth nothing"
    assert ask(gate, "/sign-out", "POST").status == 303


def test_our_own_routes_are_for_those_who_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(house, ("/intake", "/demo/film.webm"), ServerSettings)
    assert ask(gate, "/intake/token", "PUT").body == b"inside"
    monkeypatch.setattr(access, "providers", lambda: [None])
    assert ask(gate, "/intake/token", "PUT").status == ask(gate, "/demo/film.webm").status == 401
    assert ask(gate, "/").body == b"inside", "the page asks for itself"


def test_a_websocket_without_a_session_token_is_refused(gate: Gate) -> None:
    async def play() -> None:
        for headers in ({}, {"cookie": f"{COOKIE}=made.up"}):
            socket = Socket(gate, **headers)
            await settle()
            assert socket.sent == [{"type": "websocket.close", "code": OVER}]

    asyncio.run(play())


def test_a_websocket_with_a_token_lives_until_the_viewer_signs_out(gate: Gate, held: str) -> None:
    other_cookie = cookie(enter(gate))

    async def play() -> None:
        mine, mine_too, others = Socket(gate, cookie=held), Socket(gate, cookie=held), Socket(gate, cookie=other_cookie)
        for socket in (mine, mine_too, others):
            await socket.say()
            assert socket.kinds == ["accept", "send"]
        body = scope("http", "POST", "/sign-out", {"cookie": held})

        async def nothing(*_: object) -> Message:
            return {"type": "http.request"}

        await gate(body, nothing, nothing)  # type: ignore[arg-type]
        await settle()
        for socket in (mine, mine_too):
            assert socket.kinds == ["accept", "send", "close"]
            assert socket.task.done()
        await others.say()
        assert others.kinds == ["accept", "send", "send"]
        others.task.cancel()

    asyncio.run(play())


def test_a_websocket_ends_with_its_session(gate: Gate, clock: Clock, held: str) -> None:
    clock.now += LIFE - 0.05

    async def play() -> None:
        socket = Socket(gate, cookie=held)
        await asyncio.wait_for(socket.task, 10)
        assert socket.kinds == ["accept", "close"]
        assert socket.sent[-1]["code"] == OVER

    asyncio.run(play())
    assert not gate._connections


def test_what_is_said_after_the_end_is_dropped(gate: Gate, held: str) -> None:
    async def chatty(_: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})
        await receive()
        await send({"type": "websocket.send", "text": "too late"})

    gate._app = chatty

    async def play() -> None:
        socket = Socket(gate, cookie=held)
        await settle()
        (connection,) = next(iter(gate._connections.values()))
        await connection.close()
        await settle()
        assert socket.kinds == ["accept", "close"]

    asyncio.run(play())


def test_wrong_settings_close_the_gate_and_are_reported() -> None:
    def wrong() -> ServerSettings:
        raise SettingsError("min_age: expected more")

    answer = ask(Gate(house, (), wrong), "/", accept=HTML)
    assert answer.status == 503
    assert b"min_age: expected more" in answer.body
    assert ask(Gate(house, (), wrong), "/healthz").body == b"inside"


def test_they_are_read_again_until_they_are_right() -> None:
    answers = [ServerSettings(password_hash=SecretStr("none")), ServerSettings()]
    gate = Gate(house, (), lambda: answers.pop(0))
    assert ask(gate, "/").status == 503
    assert ask(gate, "/").body == b"inside"
