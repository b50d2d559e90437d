"""Everything below a path of a host that has other things as well, behind a proxy that takes nothing of it away."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests import faces
from tests.browser.proxy import Proxy, proxied
from tests.browser.serving import served
from tests.browser.video import choose_source, start, stop, wait_for_box

pytestmark = pytest.mark.long

BASE = "/fairest"
PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def proxy() -> Iterator[Proxy]:
    with served(base=BASE, FAIREST_PASSWORD=PASSWORD, FAIREST_TRUSTED_PROXIES="1") as server:
        port = urlsplit(server.url).port
        assert port is not None
        with proxied(port, BASE) as running:
            yield running


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    browser_context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    yield browser_context
    browser_context.close()


def sign_in(page: Page, proxy: Proxy, path: str) -> None:
    page.goto(f"{proxy.url}{BASE}{path}")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def outside(proxy: Proxy) -> list[str]:
    """What was asked beside the path; browsers ask for a picture of a host by themselves."""
    return [path for path in proxy.outside if path != "/favicon.ico"]


def status(url: str, method: str = "GET", accept: str = "*/*") -> int:
    try:
        request = urllib.request.Request(url, method=method, headers={"Accept": accept})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.parametrize("path", ["/healthz", "/livez", "/metrics", "/_stcore/health"])
def test_programs_are_answered_below_the_path(proxy: Proxy, path: str) -> None:
    assert status(f"{proxy.url}{BASE}{path}") in {200, 503}


@pytest.mark.parametrize("path", ["", "/", "/photos", "/demo/faces.webm", "/_stcore/host-config", "/metrics"])
def test_without_the_password_everything_below_the_path_is_shut(proxy: Proxy, path: str) -> None:
    assert status(f"{proxy.url}{BASE}{path}", accept="text/html") == 401
    assert status(f"{proxy.url}{BASE}/intake/token", "PUT") == 401


def test_the_demo_film_plays_and_signing_out_leads_to_the_password(context: BrowserContext, proxy: Proxy) -> None:
    page = context.new_page()
    sign_in(page, proxy, "/")
    choose_source(page, "demo")
    start(page)
    wait_for_box(page)
    stop(page)
    (cookie,) = [candidate for candidate in context.cookies() if candidate["name"] == "fairest_pass"]
    assert cookie["path"] == BASE, "other things of the host get no session token of ours"
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Password")).to_be_visible()
    assert urlsplit(page.url).path == f"{BASE}/sign-in"
    assert outside(proxy) == []


def test_pictures_are_rated_and_the_page_of_that_name_is_no_scrape(context: BrowserContext, proxy: Proxy) -> None:
    page = context.new_page()
    sign_in(page, proxy, "/photos")
    assert urlsplit(page.url).path == f"{BASE}/photos"
    expect(page.get_by_role("button", name="Choose pictures")).to_be_visible()
    reply = context.request.put(f"{proxy.url}{BASE}/intake/nobody", data=b"picture")
    assert (reply.status, "Reload" in reply.text()) == (404, True)
    with page.expect_response(lambda answer: "/intake/" in answer.url) as response_info:
        page.locator("input.files").set_input_files(faces.FOLDER / faces.ADULT)
    assert (response_info.value.status, urlsplit(response_info.value.url).path.startswith(f"{BASE}/intake/")) == (
        200,
        True,
    )
    expect(page.get_by_text("1 face rated")).to_be_visible()
    page.goto(f"{proxy.url}{BASE}/metrics")
    expect(page.get_by_role("heading", name="Metrics", exact=True)).to_be_visible()
    assert outside(proxy) == []
