from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Callable

import pytest
import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config

from core.settings import ServerSettings
from core.settings_reader import SettingsError
from tests.webapp.asgi import Answer, ask, scope
from webapp.auth.security import (
    Security,
    client_address,
    client_ip,
    inline_scripts,
    is_https,
    keeps_https,
    page_policy,
    same_origin,
)

SITE = "https://fairest.example"


async def hello(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        await PlainTextResponse("hello", headers={"x-frame-options": "DENY"})(scope, receive, send)
    else:
        await send({"type": "websocket.accept"})


def secured(settings: Callable[[], ServerSettings] = ServerSettings, app: ASGIApp = hello) -> Security:
    return Security(app, settings)


def get(path: str = "/", scheme: str = "http", **headers: str) -> Answer:
    return ask(secured(), path, "GET", b"", scheme, **headers)


def rules(answer: Answer) -> dict[str, list[str]]:
    """The content security policy, by directive."""
    parts = (rule.split() for rule in answer.headers["content-security-policy"].split(";"))
    return {name: sources for name, *sources in parts}


def test_nothing_from_elsewhere_may_run_be_shown_or_be_spoken_to() -> None:
    policy = rules(get())
    assert policy["default-src"] == ["'self'"]
    assert policy["object-src"] == ["'none'"]
    for name in ("base-uri", "form-action", "frame-ancestors"):
        assert policy[name] == ["'self'"]
    for sources in policy.values():
        assert not [source for source in sources if source in {"*", "https:", "http:", "ws:", "wss:"} or "//" in source]
    assert not {"'unsafe-inline'", "'unsafe-eval'", "data:"} & set(policy["script-src"])


def test_scripts_in_the_document_are_known_by_their_hash() -> None:
    script = "\n      window.ready = false\n    "
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert inline_scripts(f"<p><script>{script}</script><script src='a.js'></script>") == [f"'sha256-{digest}'"]
    assert "'sha256-" in page_policy()


def test_every_answer_says_how_it_may_be_used() -> None:
    headers = get().headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=(self), microphone=()" in headers["permissions-policy"]
    assert headers["x-frame-options"] == "DENY", "what an application says itself stands"
    assert "cache-control" not in headers


def test_pictures_are_kept_by_no_cache() -> None:
    assert get("/media/1234.jpg").headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("scheme", "host", "kept"),
    [
        ("https", "fairest.example:8443", True),
        ("http", "fairest.example", False),
        ("https", "localhost:8501", False),
        ("https", "mybox.local", False),
        ("https", "192.0.2.1", False),
        ("https", "[2001:db8::1]:8501", False),
        ("https", "[fairest.example", False),
    ],
)
def test_https_is_kept_for_names_of_its_own(scheme: str, host: str, kept: bool) -> None:
    assert ("strict-transport-security" in get(scheme=scheme, host=host).headers) == kept
    assert keeps_https(host) or not kept


def test_a_trusted_proxy_says_that_the_browser_came_over_https() -> None:
    proxied_app = secured(lambda: ServerSettings(trusted_proxies=1))
    assert "strict-transport-security" in ask(proxied_app, "/", x_forwarded_proto="https").headers
    assert "strict-transport-security" not in get(x_forwarded_proto="https").headers


def test_wrong_settings_do_not_take_the_headers_away() -> None:
    def wrong() -> ServerSettings:
        raise SettingsError("no")

    assert ask(secured(wrong), "/").headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/_stcore/upload_file/a/b", "/_stcore/metrics", "/_stcore/agent/mcp"])
def test_routes_that_no_page_needs_are_closed(path: str) -> None:
    assert ask(secured(), path, "PUT").status == ask(secured(), path).status == 404


def test_below_a_path_the_same_rules_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "get_option", lambda _name: "fairest")
    assert get("/fairest/media/1234.jpg").headers["cache-control"] == "no-store"
    assert ask(secured(), "/fairest/_stcore/upload_file/a/b", "PUT").status == 404
    assert ask(secured(), "/fairest/_stcore/metrics").status == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_what_changes_something_comes_from_this_page(method: str) -> None:
    assert ask(secured(), "/intake/x", method, origin="https://evil.example").status == 403
    assert ask(secured(), "/intake/x", method, origin=SITE).status == 200
    assert ask(secured(), "/intake/x", "GET", origin="https://evil.example").status == 200


@pytest.mark.parametrize(
    ("headers", "same"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "same-origin", "origin": "https://app.example", "host": "inside:8501"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "same-site", "origin": SITE}, False),
        ({"sec-fetch-site": "cross-site", "origin": SITE}, False),
        ({"origin": SITE}, True),
        ({"origin": "HTTPS://Fairest.Example"}, True),
        ({"origin": SITE, "host": "fairest.example:443"}, True),
        ({"origin": "http://fairest.example", "host": "fairest.example:80"}, True),
        ({"origin": "http://fairest.example:8501"}, False),
        ({"origin": SITE, "host": "fairest.example:8501"}, False),
        ({"origin": "http://localhost:9000", "host": "localhost:8501"}, False),
        ({"origin": SITE, "host": "inside:8501", "x-forwarded-host": "fairest.example, proxy"}, True),
        ({"origin": "https://evil.example", "x-forwarded-host": "fairest.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": ""}, False),
        ({"origin": "http://["}, False),
        ({"origin": "https://a]b"}, False),
        ({"origin": "null", "host": ""}, False),
        ({"origin": "https://fairest.example.evil.example"}, False),
        ({}, True),
    ],
)
def test_a_request_of_this_page_is_distinguished_from_one_of_another(headers: dict[str, str], same: bool) -> None:
    assert same_origin(Headers({"host": "fairest.example"} | headers)) == same


def test_origins_that_streamlit_was_told_to_allow_are_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "get_option", {"server.corsAllowedOrigins": ["https://friend.example"]}.get)
    friend = {"origin": "https://friend.example", "sec-fetch-site": "cross-site"}
    assert same_origin(Headers(friend))
    assert not same_origin(Headers(friend | {"origin": "https://friend.example.evil.example"}))


def opened(**headers: str) -> list[Message]:
    """What a WebSocket with these headers gets."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    asyncio.run(secured()(scope("websocket", "GET", "/_stcore/stream", headers), receive, send))
    return sent


def test_a_websocket_of_another_page_is_closed() -> None:
    assert opened(origin="https://evil.example") == [{"type": "websocket.close", "code": 1008}]
    assert opened(origin=SITE) == opened() == [{"type": "websocket.accept"}]


@pytest.mark.parametrize(
    ("peer", "proxies", "forwarded", "who"),
    [
        ("192.0.2.7", 0, "198.51.100.1", "192.0.2.7"),
        ("192.0.2.7", 1, "203.0.113.9, 198.51.100.1", "198.51.100.1"),
        ("192.0.2.7", 2, "203.0.113.9, 198.51.100.1", "203.0.113.9"),
        ("192.0.2.7", 3, "203.0.113.9, 198.51.100.1", "192.0.2.7"),
        ("192.0.2.7", 1, "198.51.100.1:4711", "198.51.100.1"),
        ("192.0.2.7", 1, "[2001:db8:1:2::9]:4711", "2001:db8:1:2::/64"),
        ("192.0.2.7", 1, "unknown", "unknown"),
        ("::ffff:192.0.2.7", 0, "", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", 0, "", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", 0, "", "fe80::/64"),
    ],
)
def test_clients_are_distinguished_by_what_cannot_be_made_up(peer: str, proxies: int, forwarded: str, who: str) -> None:
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    assert client_address(scope("http", "GET", "/", headers, client=(peer, 1)), proxies) == who


def test_a_client_without_an_address_is_a_client() -> None:
    assert client_address(scope("http", "GET", "/", {}, client=None), 0) == ""


@pytest.mark.parametrize(
    ("peer", "proxies", "forwarded", "address"),
    [
        ("127.0.0.1", 0, "", "127.0.0.1"),
        ("::ffff:127.0.0.1", 0, "", "127.0.0.1"),
        ("2001:db8::7", 0, "", "2001:db8::7"),
        ("127.0.0.1", 1, "192.0.2.7", "192.0.2.7"),
        ("127.0.0.1", 0, "192.0.2.7", "127.0.0.1"),
        ("127.0.0.1", 1, "nonsense", "None"),
        ("", 0, "", "None"),
    ],
)
def test_the_address_itself_is_known_where_there_is_one(peer: str, proxies: int, forwarded: str, address: str) -> None:
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    assert str(client_ip(scope("http", "GET", "/", headers, client=(peer, 1)), proxies)) == address


def test_what_decides_itself_which_sites_it_answers_is_asked() -> None:
    app = Security(hello, ServerSettings, exempt=lambda asgi_scope: asgi_scope["path"] == "/v1/rate")
    foreign = {"sec_fetch_site": "cross-site", "origin": "https://other.example"}
    assert ask(app, "/v1/rate", "POST", b"", "http", **foreign).status == 200
    assert ask(app, "/photos", "POST", b"", "http", **foreign).status == 403


def test_https_is_known_by_the_scheme() -> None:
    assert is_https(scope("websocket", "GET", "/", {}, scheme="wss"), 0)
    assert not is_https(scope("http", "GET", "/", {"x-forwarded-proto": "http"}), 1)


def test_a_fault_is_reported_without_a_trace_and_with_the_headers() -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("the secret of the house")

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    with pytest.raises(RuntimeError):
        asyncio.run(secured(app=broken)(scope("http", "GET", "/", {}), receive, send))
    assert sent[0]["status"] == 500
    assert (b"x-content-type-options", b"nosniff") in sent[0]["headers"]
    assert b"secret" not in sent[1]["body"]


def test_answers_are_passed_on_piece_by_piece() -> None:
    produced: list[int] = []
    seen: list[int] = []

    async def pieces() -> AsyncIterator[bytes]:
        for number in range(3):
            produced.append(number)
            yield b"piece"

    async def streaming(scope: Scope, receive: Receive, send: Send) -> None:
        await StreamingResponse(pieces())(scope, receive, send)

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body" and message["body"]:
            seen.append(len(produced))

    async def receive() -> Message:
        await asyncio.sleep(3600)
        return {"type": "http.disconnect"}

    asyncio.run(secured(app=streaming)(scope("http", "GET", "/", {}), receive, send))
    assert seen == [1, 2, 3]
