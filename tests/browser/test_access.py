"""A server with a password, and one with an identity provider, in a real browser."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.browser.provider import identity_provider
from tests.browser.serving import Server, served
from tests.browser.video import start, stop, wait_for_box

pytestmark = pytest.mark.long

PASSWORD = "correct horse battery"
Screenshot = Callable[[Page, str], None]


@pytest.fixture(scope="module")
def guarded() -> Iterator[Server]:
    with served(FAIREST_PASSWORD=PASSWORD, FAIREST_TRUSTED_PROXIES="1") as running:
        yield running


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    browser_context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    yield browser_context
    browser_context.close()


def status(server: Server, path: str, method: str = "GET", **headers: str) -> int:
    """Of the answer to a program."""
    request = urllib.request.Request(f"{server.url}{path}", method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def stream(server: Server, **headers: str) -> None:
    """Open the page's WebSocket and close it again."""
    with connect(f"{server.url.replace('http', 'ws')}/_stcore/stream", additional_headers=headers, open_timeout=10):
        pass


def sign_in(page: Page, server: Server, path: str = "/") -> None:
    page.goto(f"{server.url}{path}")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("path", ["/", "/photos", "/demo/faces.webm", "/_stcore/host-config", "/static/js/index.js"])
def test_without_the_password_everything_is_shut(guarded: Server, path: str) -> None:
    assert status(guarded, path) == status(guarded, path, Accept="text/html") == 401
    assert status(guarded, path, "PUT") == 401


def test_without_the_password_there_is_no_websocket(guarded: Server) -> None:
    with pytest.raises(InvalidStatus) as refused:
        stream(guarded)
    assert refused.value.response.status_code == 403


def test_a_load_balancer_is_answered(guarded: Server) -> None:
    assert status(guarded, "/healthz") in {200, 503}
    assert status(guarded, "/metrics") == 200


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_a_wrong_password_is_reported(
    chromium: Browser, guarded: Server, screenshot: Screenshot, width: int, scheme: str
) -> None:
    size = {"width": width, "height": 800}
    context = chromium.new_context(
        viewport=size,  # type: ignore[arg-type]
        color_scheme=scheme,  # type: ignore[arg-type]
        locale="ru-RU",
        java_script_enabled=False,
        extra_http_headers={"X-Forwarded-For": f"198.51.100.{width % 250}"},
    )
    page = context.new_page()
    page.goto(f"{guarded.url}/photos")
    page.get_by_label("Пароль").fill("something else")
    page.get_by_label("Пароль").press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Неверный пароль. Попробуйте ещё раз.")
    expect(page.get_by_label("Пароль")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    screenshot(page, f"sign-in-{scheme}-{width}")
    context.close()


def test_the_right_one_lets_in_and_signing_out_shuts_again(
    context: BrowserContext, guarded: Server, screenshot: Screenshot
) -> None:
    page = context.new_page()
    sign_in(page, guarded, "/about?from=afar")
    expect(page.get_by_role("heading", name="About", exact=True)).to_be_visible()
    assert page.url == f"{guarded.url}/about?from=afar"
    page.reload()
    expect(page.get_by_role("heading", name="About", exact=True)).to_be_visible()
    other = context.new_page()
    other.goto(guarded.url)
    start(other)
    wait_for_box(other)
    stop(other)
    screenshot(other, "signed-in")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Password")).to_be_visible()
    expect(other.get_by_label("Password")).to_be_visible()
    page.goto(f"{guarded.url}/about")
    expect(page.get_by_label("Password")).to_be_visible()


def test_the_cookie_opens_the_websocket_and_is_worth_nothing_after_signing_out(
    context: BrowserContext, guarded: Server
) -> None:
    page = context.new_page()
    sign_in(page, guarded, "/about")
    expect(page.get_by_role("heading", name="About", exact=True)).to_be_visible()
    (value,) = [cookie["value"] for cookie in context.cookies() if cookie["name"] == "fairest_pass"]
    stream(guarded, Cookie=f"fairest_pass={value}")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Password")).to_be_visible()
    with pytest.raises(InvalidStatus):
        stream(guarded, Cookie=f"fairest_pass={value}")


def test_a_link_from_another_site_leads_in_without_the_password(context: BrowserContext, guarded: Server) -> None:
    page = context.new_page()
    sign_in(page, guarded, "/about")
    expect(page.get_by_role("heading", name="About", exact=True)).to_be_visible()
    page.goto(f"{guarded.url.replace('localhost', '127.0.0.1')}/healthz")
    page.evaluate("url => { location.href = url; }", f"{guarded.url}/about?again")
    expect(page.get_by_role("heading", name="About", exact=True)).to_be_visible()


def test_many_wrong_ones_are_slowed(chromium: Browser, guarded: Server, screenshot: Screenshot) -> None:
    context = chromium.new_context(locale="en-GB", extra_http_headers={"X-Forwarded-For": "203.0.113.9"})
    page = context.new_page()
    page.goto(guarded.url)
    for number in range(5):
        page.get_by_label("Password").fill(f"guess {number}")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).not_to_be_empty()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_have_text(re.compile(r"Too many wrong passwords. Try again in \d+ seconds?."))
    screenshot(page, "sign-in-slowed")
    context.close()


def test_without_https_the_form_works_too(launch: Callable[..., Browser], guarded: Server) -> None:
    page = launch("--host-resolver-rules=MAP fairest.test 127.0.0.1").new_page(locale="en-GB")
    page.goto(guarded.url.replace("localhost", "fairest.test"))
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Live", exact=True)).to_be_visible()


def test_whom_the_provider_knows_gets_in_and_out(
    context: BrowserContext, tmp_path: Path, screenshot: Screenshot
) -> None:
    secrets = tmp_path / "secrets.toml"
    with identity_provider() as provider:
        secrets.write_text(provider.secrets())
        with served(STREAMLIT_SECRETS_FILES=str(secrets)) as server:
            page = context.new_page()
            page.goto(server.url)
            expect(page.get_by_text("Sign in to use this server.")).to_be_visible()
            expect(page.get_by_role("button", name="Sign in")).to_be_visible()
            expect(page.get_by_role("link", name="About")).to_have_count(0)
            screenshot(page, "sign-in-provider")
            film = f"{server.url}/demo/faces.webm"
            assert context.request.get(film).status == 401
            page.get_by_role("button", name="Sign in").click()
            expect(page.get_by_role("heading", name="Live", exact=True)).to_be_visible()
            assert context.request.get(film).status == 200
            page.get_by_role("button", name="Sign out").click()
            expect(page.get_by_text("Sign in to use this server.")).to_be_visible()
