from __future__ import annotations

import asyncio
from urllib.parse import urlencode

import pytest
import streamlit as st
from pydantic import SecretStr
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from core.settings import Settings, SettingsError
from tests.webapp.asgi import Answer, ask, scope
from webapp import access, sign_in
from webapp.gate import COOKIE, OVER, Gate
from webapp.passes import LIFE, pass_name
from webapp.streams import Streams, key_of_pass

PASSWORD = "correct horse"
HTML = "text/html,application/xhtml+xml,*/*;q=0.8"


async def house(scope: Scope, receive: Receive, send: Send) -> None:
    """What the gate guards: answers everything; a WebSocket lives until it is closed."""
    if scope["type"] == "http":
        await PlainTextResponse("inside")(scope, receive, send)
        return
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        await send({"type": "websocket.send", "text": "echo"})


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gate(clock: Clock) -> Gate:
    settings = Settings(password=SecretStr(PASSWORD))
    return Gate(house, (), lambda: settings, clock)


def enter(gate: Gate, password: str = PASSWORD, target: str = "/photos", **headers: str) -> Answer:
    body = urlencode({"password": password, "next": target}).encode()
    return ask(gate, "/sign-in", "POST", body, **headers)


def cookie(answer: Answer) -> str:
    return answer.headers["set-cookie"].split(";")[0]


@pytest.fixture
def held(gate: Gate) -> str:
    """The cookie of a viewer who gave the password."""
    return cookie(enter(gate))


def test_without_a_password_in_the_settings_there_is_no_gate() -> None:
    gate = Gate(house, (), Settings)
    for path in ("/", "/sign-in", "/sign-out"):
        assert ask(gate, path, accept=HTML).body == b"inside"


@pytest.mark.parametrize("path", ["/", "/photos", "/static/js/index.js", "/demo/faces.webm", "/_stcore/host-config"])
def test_without_a_pass_nothing_is_given(gate: Gate, path: str) -> None:
    for accept in (HTML, "*/*"):
        answer = ask(gate, path, accept=accept)
        assert answer.status == 401
        assert b"inside" not in answer.body
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_without_a_pass_nothing_is_taken(gate: Gate, method: str) -> None:
    assert ask(gate, "/intake/token", method, b"picture", accept=HTML).status == 401


def test_a_browser_is_led_to_the_password_and_back(gate: Gate) -> None:
    answer = ask(gate, "/photos?a=1&b=%22%3C", accept=HTML)
    assert b'content="0; url=/sign-in?next=/photos%3Fa%3D1%26b%3D%2522%253C"' in answer.body
    page = ask(gate, "/sign-in?next=/photos%3Fa%3D1%26b%3D%2522%253C", accept=HTML)
    assert page.status == 200
    assert b'name="next" value="/photos?a=1&amp;b=%22%3C"' in page.body
    assert page.headers["content-security-policy"] == sign_in.POLICY


def test_programs_that_watch_the_server_need_no_pass(gate: Gate) -> None:
    for path in ("/healthz", "/_stcore/health", "/metrics"):
        assert ask(gate, path, accept="*/*").body == b"inside"
    assert ask(gate, "/metrics", accept=HTML).status == 401, "the page of that name"


def test_the_password_gives_a_cookie_that_opens(gate: Gate, clock: Clock) -> None:
    answer = enter(gate)
    assert (answer.status, answer.headers["location"]) == (303, "/photos")
    said = answer.headers["set-cookie"].lower()
    assert {"httponly", "samesite=strict", "path=/", f"max-age={LIFE}"} <= set(said.split("; "))
    assert "secure" not in said
    assert ask(gate, "/", cookie=cookie(answer)).body == b"inside"
    clock.now += LIFE
    assert ask(gate, "/", cookie=cookie(answer)).status == 401


def test_over_https_the_cookie_stays_there(gate: Gate) -> None:
    assert "secure" in enter(gate, scheme="https").headers["set-cookie"].lower().split("; ")


def test_whoever_has_a_pass_is_not_asked(gate: Gate, held: str) -> None:
    answer = ask(gate, "/sign-in?next=/about", cookie=held)
    assert (answer.status, answer.headers["location"]) == (303, "/about")


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", ""])
def test_nobody_is_led_to_another_site(gate: Gate, held: str, target: str) -> None:
    assert enter(gate, target=target).headers["location"] == "/"
    assert ask(gate, f"/sign-in?{urlencode({'next': target})}", cookie=held).headers["location"] == "/"


def test_a_wrong_password_is_told_in_the_viewers_language(gate: Gate) -> None:
    answer = enter(gate, "wrong", accept_language="ru")
    assert answer.status == 401
    assert "Пароль неверен" in answer.body.decode()
    assert "set-cookie" not in answer.headers


def test_many_wrong_ones_are_told_how_long_to_wait(gate: Gate, clock: Clock) -> None:
    answers = [enter(gate, "wrong") for _ in range(5)]
    assert [one.status for one in answers] == [401] * 4 + [429]
    assert answers[4].headers["retry-after"] == "30"
    assert b"Try again in 30 seconds." in answers[4].body
    clock.now += 12.5
    waiting = enter(gate)
    assert (waiting.status, waiting.headers["retry-after"]) == (429, "18")
    clock.now += 18
    assert enter(gate).status == 303


def test_a_proxy_that_is_trusted_tells_clients_apart(clock: Clock) -> None:
    settings = Settings(password=SecretStr(PASSWORD), trusted_proxies=1)
    gate = Gate(house, (), lambda: settings, clock)
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


def test_signing_out_ends_the_pass_for_good(gate: Gate, held: str) -> None:
    answer = ask(gate, "/sign-out", "POST", cookie=held)
    assert (answer.status, answer.headers["location"]) == (303, "/sign-in")
    assert f'{COOKIE}=""' in answer.headers["set-cookie"]
    assert ask(gate, "/", cookie=held).status == 401, "a copy of the cookie is worth nothing"
    assert ask(gate, "/sign-out", "POST").status == 303


def test_our_own_routes_are_for_those_who_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    gate = Gate(house, ("/intake", "/demo/film.webm"), Settings)
    assert ask(gate, "/intake/token", "PUT").body == b"inside"
    monkeypatch.setattr(access, "providers", lambda: [None])
    assert ask(gate, "/intake/token", "PUT").status == ask(gate, "/demo/film.webm").status == 401
    assert ask(gate, "/").body == b"inside", "the page asks for itself"


class Socket:
    """The server's end of a WebSocket."""

    def __init__(self, gate: Gate, **headers: str) -> None:
        self.sent: list[Message] = []
        self._incoming: asyncio.Queue[Message] = asyncio.Queue()
        self.task = asyncio.ensure_future(
            gate(scope("websocket", "GET", "/_stcore/stream", headers), self._incoming.get, self._send)
        )

    async def _send(self, message: Message) -> None:
        self.sent.append(message)
        if message["type"] == "websocket.close":
            self._incoming.put_nowait({"type": "websocket.disconnect", "code": message["code"]})

    async def say(self) -> None:
        self._incoming.put_nowait({"type": "websocket.receive", "bytes": b""})
        await settle()

    @property
    def kinds(self) -> list[str]:
        return [message["type"].removeprefix("websocket.") for message in self.sent]


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def test_a_websocket_without_a_pass_is_refused(gate: Gate) -> None:
    async def play() -> None:
        for headers in ({}, {"cookie": f"{COOKIE}=made.up"}):
            socket = Socket(gate, **headers)
            await settle()
            assert socket.sent == [{"type": "websocket.close", "code": OVER}]

    asyncio.run(play())


def test_a_websocket_with_a_pass_lives_until_it_is_handed_back(gate: Gate, held: str) -> None:
    other = cookie(enter(gate))

    async def play() -> None:
        mine, mine_too, others = Socket(gate, cookie=held), Socket(gate, cookie=held), Socket(gate, cookie=other)
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


def test_a_websocket_ends_with_its_pass(gate: Gate, clock: Clock, held: str) -> None:
    clock.now += LIFE - 0.05

    async def play() -> None:
        socket = Socket(gate, cookie=held)
        await asyncio.wait_for(socket.task, 10)
        assert socket.kinds == ["accept", "close"]
        assert socket.sent[-1]["code"] == OVER

    asyncio.run(play())
    assert not gate._lines


def test_what_is_said_after_the_end_is_dropped(gate: Gate, held: str) -> None:
    async def chatty(_: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})
        await receive()
        await send({"type": "websocket.send", "text": "too late"})

    gate._app = chatty

    async def play() -> None:
        socket = Socket(gate, cookie=held)
        await settle()
        (line,) = next(iter(gate._lines.values()))
        await line.close()
        await settle()
        assert socket.kinds == ["accept", "close"]

    asyncio.run(play())


def test_wrong_settings_close_the_gate_and_are_told() -> None:
    def wrong() -> Settings:
        raise SettingsError("min_age: expected more")

    answer = ask(Gate(house, (), wrong), "/", accept=HTML)
    assert answer.status == 503
    assert b"min_age: expected more" in answer.body
    assert ask(Gate(house, (), wrong), "/healthz").body == b"inside"


def test_they_are_read_again_until_they_are_right() -> None:
    answers = [Settings(password_hash=SecretStr("none")), Settings()]
    gate = Gate(house, (), lambda: answers.pop(0))
    assert ask(gate, "/").status == 503
    assert ask(gate, "/").body == b"inside"


@pytest.fixture
def below(monkeypatch: pytest.MonkeyPatch) -> str:
    """The path below which the page lies."""
    monkeypatch.setattr(st, "get_option", lambda _name: "fairest")
    return "/fairest"


def test_below_a_path_the_way_in_and_out_lies_there_too(gate: Gate, below: str) -> None:
    led = ask(gate, f"{below}/photos?a=1", accept=HTML)
    assert b'content="0; url=/fairest/sign-in?next=/fairest/photos%3Fa%3D1"' in led.body
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


def test_programs_that_watch_the_server_need_no_pass_below_the_path(gate: Gate, below: str) -> None:
    for path in ("/healthz", "/livez", "/_stcore/health", "/metrics"):
        assert ask(gate, f"{below}{path}", accept="*/*").body == b"inside"
        assert ask(gate, path, accept="*/*").body == b"inside", "at the root as well"
    assert ask(gate, f"{below}/metrics", accept=HTML).status == 401


def test_our_own_routes_below_the_path_are_for_those_who_are_known(monkeypatch: pytest.MonkeyPatch, below: str) -> None:
    gate = Gate(house, ("/intake", "/demo/film.webm"), Settings)
    monkeypatch.setattr(access, "providers", lambda: [None])
    assert ask(gate, f"{below}/intake/token", "PUT").status == ask(gate, f"{below}/demo/film.webm").status == 401


class Video:
    """A live stream."""

    def __init__(self) -> None:
        self.on = True

    def stop(self) -> None:
        self.on = False


@pytest.fixture
def live(gate: Gate) -> Streams:
    gate._live = Streams()
    return gate._live


def under(held: str) -> str:
    return key_of_pass(pass_name(held.partition("=")[2].strip('"')))


def test_signing_out_ends_the_video_of_that_pass_and_no_other(gate: Gate, held: str, live: Streams) -> None:
    mine, others, late = Video(), Video(), Video()
    live.add(under(held), mine)
    live.add(under(cookie(enter(gate))), others)
    ask(gate, "/sign-out", "POST", cookie=held)
    live.add(under(held), late)
    assert (mine.on, others.on, late.on) == (False, True, False)


def test_video_ends_with_its_pass(gate: Gate, clock: Clock, held: str, live: Streams) -> None:
    video = Video()
    live.add(under(held), video)
    clock.now += LIFE - 0.05

    async def play() -> None:
        socket = Socket(gate, cookie=held)
        await asyncio.wait_for(socket.task, 10)
        for _ in range(200):
            if not video.on:
                break
            await asyncio.sleep(0.02)

    asyncio.run(play())
    assert not video.on
