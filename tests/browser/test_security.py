"""What the server tells a browser to keep to, in a real one: every page does, and another site gets nothing."""

from __future__ import annotations

import contextlib
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Page, expect
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests import faces
from tests.browser.serving import Server
from tests.browser.video import start, stop, wait_for_box

NOTE = """
window.broken = [];
document.addEventListener('securitypolicyviolation', event =>
    window.broken.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


@pytest.fixture
def watched(page: Page, server: Server) -> Iterator[Page]:
    """A page that notes what it was kept from, and whom it spoke to; at the end neither may be anything."""
    urls: list[str] = []
    violations: list[str] = []
    page.add_init_script(NOTE)
    page.on("request", lambda request: urls.append(request.url))
    page.on(
        "console",
        lambda message: violations.append(message.text) if "Content Security Policy" in message.text else None,
    )
    yield page
    for frame in page.frames:
        violations += frame.evaluate("window.broken ?? []")
    assert violations == []
    assert [url for url in urls if not url.startswith((server.url, "data:", "blob:"))] == []


@pytest.mark.long
def test_the_live_page_keeps_to_it(watched: Page, server: Server) -> None:
    watched.goto(server.url)
    start(watched)
    wait_for_box(watched)
    stop(watched)


@pytest.mark.long
def test_the_photos_page_keeps_to_it(watched: Page, server: Server) -> None:
    watched.goto(f"{server.url}/photos")
    watched.locator("input[type=file]").first.set_input_files(faces.FOLDER / faces.ADULT)
    expect(watched.get_by_text("1 face rated")).to_be_visible()
    expect(watched.locator("img").first).to_be_visible()
    with watched.expect_download():
        watched.get_by_role("button", name="CSV").click()


@pytest.mark.long
def test_the_metrics_page_keeps_to_it(watched: Page, server: Server) -> None:
    watched.goto(f"{server.url}/metrics")
    expect(watched.locator("canvas.marks, svg.marks").first).to_be_visible()


@pytest.mark.long
def test_the_about_page_keeps_to_it(watched: Page, server: Server) -> None:
    watched.goto(f"{server.url}/about")
    expect(watched.get_by_role("heading", name="About", exact=True)).to_be_visible()


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """Another site: an empty page on another port of this machine."""

    class Empty(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Empty) as site:
        Thread(target=site.serve_forever, daemon=True).start()
        yield f"http://localhost:{site.server_port}"
        site.shutdown()


SPEAK = """url => new Promise(tell => {
    const socket = new WebSocket(url, ["streamlit"]);
    socket.onopen = () => tell("open");
    socket.onerror = () => tell("refused");
})"""
SEND = """async url => {
    const frame = document.createElement("iframe");
    frame.name = "answer";
    document.body.append(frame);
    const loaded = new Promise(done => { frame.onload = done; });
    const form = Object.assign(document.createElement("form"), { method: "post", action: url, target: "answer" });
    document.body.append(form);
    form.submit();
    await loaded;
}"""


def test_another_page_of_this_machine_opens_no_websocket(page: Page, server: Server, elsewhere: str) -> None:
    url = f"{server.url.replace('http', 'ws')}/_stcore/stream"
    page.goto(elsewhere)
    assert page.evaluate(SPEAK, url) == "refused"
    page.goto(server.url)
    assert page.evaluate(SPEAK, url) == "open"


def test_another_page_of_this_machine_sends_nothing(page: Page, server: Server, elsewhere: str) -> None:
    page.goto(elsewhere)
    statuses: list[int] = []
    page.on("response", lambda answer: statuses.append(answer.status) if answer.url.startswith(server.url) else None)
    page.evaluate(SEND, f"{server.url}/intake/token")
    assert statuses == [403]


def test_another_site_frames_nothing(page: Page, server: Server, elsewhere: str) -> None:
    page.goto(elsewhere)
    page.set_content(f'<iframe src="{server.url}"></iframe>')
    page.wait_for_timeout(1000)
    assert all(frame.url != f"{server.url}/" for frame in page.frames)


def request(server: Server, path: str, method: str, **headers: str) -> tuple[int, str]:
    """Status and body."""
    http_request = urllib.request.Request(f"{server.url}{path}", method=method, data=b"x", headers=headers)
    try:
        with urllib.request.urlopen(http_request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_streamlits_own_upload_is_closed(server: Server) -> None:
    assert request(server, "/_stcore/upload_file/session/file", "PUT") == (404, "Not found")


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost:1", "null"])
def test_a_websocket_of_another_origin_is_refused(server: Server, origin: str) -> None:
    url = f"{server.url.replace('http', 'ws')}/_stcore/stream"
    with pytest.raises(InvalidStatus), connect(url, additional_headers={"Origin": origin}):
        pass
    with connect(url, additional_headers={"Origin": server.url}):
        pass


def test_a_message_that_is_too_long_ends_the_websocket(server: Server) -> None:
    url = f"{server.url.replace('http', 'ws')}/_stcore/stream"
    with connect(url, max_size=None) as stream, contextlib.suppress(Exception):
        stream.send(b"x" * 1_100_000)
        while True:
            stream.recv(timeout=20)
    assert stream.close_code == 1009


def test_an_address_without_a_page_says_nothing_of_the_machine(server: Server) -> None:
    port = int(server.url.rsplit(":", 1)[1])
    for path in ("//evil.example", "/../../etc/passwd", "/static/%2e%2e/%2e%2e/secrets", "/media/none"):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            answer = b"".join(iter(lambda: connection.recv(65536), b"")).decode("latin-1").lower()
        assert answer.split()[1] in {"400", "404"}, path
        assert "x-content-type-options: nosniff" in answer
        assert "traceback" not in answer
