"""What deploy/Caddyfile makes of visitors, before two servers that only say who they are and what they were asked."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from tests.browser.install import find_caddy
from tests.patience import PATIENCE, until
from tests.scale.replicas import proxy

pytestmark = pytest.mark.skipif(not find_caddy(), reason="Caddy is not installed")
PAGE = {"Accept": "text/html,*/*"}
SOCKET = {"Upgrade": "websocket", "Connection": "Upgrade"}


class Replica(ThreadingHTTPServer):
    """Says at every path what it was asked, but for:

    /healthz, /livez   200, or 503 once `healthy` is False
    /intake            two events, the second when `more` is set
    a WebSocket        open until the visitor closes it
    """

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.healthy = True
        self.more = threading.Event()
        self.lines: set[socket.socket] = set()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def address(self) -> str:
        """As host:port."""
        return f"127.0.0.1:{self.server_port}"

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        line, address = super().get_request()
        self.lines.add(line)
        return line, address

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        if isinstance(request, socket.socket):
            self.lines.discard(request)
        super().shutdown_request(request)

    def end(self) -> None:
        """As when a program is killed: nobody listens, and no connection stays, not even one that asked nothing yet."""
        self.shutdown()
        self.server_close()
        for line in tuple(self.lines):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    server: Replica

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        if self.headers.get("Upgrade"):
            self.send_response(101)
            for name, value in SOCKET.items():
                self.send_header(name, value)
            self.end_headers()
            self.rfile.read()
            self.close_connection = True
            return
        status = 503 if self.path == "/healthz" and not self.server.healthy else 200
        self.answer(status, json.dumps(dict(self.headers)).encode())

    def do_PUT(self) -> None:
        remaining = int(self.headers["Content-Length"])
        while remaining and (part := self.rfile.read(min(remaining, 1_000_000))):
            remaining -= len(part)
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.wfile.write(b"3\r\none\r\n")
        self.server.more.wait(PATIENCE)
        self.wfile.write(b"3\r\ntwo\r\n0\r\n\r\n")

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Visitor:
    """Somebody with a cookie, once there is one."""

    def __init__(self, url: str) -> None:
        self.host = urlsplit(url).netloc
        self.cookie = ""

    @property
    def replica(self) -> str:
        """The letter in the cookie."""
        return self.cookie.removeprefix("fairest_replica=")

    def asks(self, path: str = "/", headers: dict[str, str] = PAGE) -> tuple[int, bytes]:
        """(status, body) of one request of a connection of its own."""
        with closing(http.client.HTTPConnection(self.host, timeout=PATIENCE)) as line:
            return self._answer(line, path, headers)

    def opens(self) -> http.client.HTTPConnection:
        """The page's WebSocket, as far as a proxy sees it."""
        line = http.client.HTTPConnection(self.host, timeout=PATIENCE)
        line.request("GET", "/_stcore/stream", headers=SOCKET | {"Cookie": self.cookie})
        answer = line.getresponse()
        assert answer.status == 101
        self._keep(answer)
        return line

    def _answer(self, line: http.client.HTTPConnection, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
        line.request("GET", path, headers=headers | ({"Cookie": self.cookie} if self.cookie else {}))
        answer = line.getresponse()
        self._keep(answer)
        return answer.status, answer.read()

    def _keep(self, answer: http.client.HTTPResponse) -> None:
        cookie = answer.getheader("Set-Cookie")
        if cookie:
            assert "HttpOnly" in cookie
            self.cookie = cookie.split(";")[0]


Two = tuple[str, dict[str, Replica]]


@pytest.fixture
def two() -> Iterator[Two]:
    """The proxy's address, and the replicas by the letters of their cookies."""
    with ExitStack() as stack:
        replicas = {letter: Replica() for letter in "ab"}
        for replica in replicas.values():
            stack.callback(replica.end)
        yield stack.enter_context(proxy(*(replica.address for replica in replicas.values()))), replicas


def arrived(url: str) -> Visitor:
    """Somebody new, with a page."""
    visitor = Visitor(url)
    assert visitor.asks()[0] == 200
    return visitor


def test_who_is_new_goes_where_the_fewest_pages_are_open(two: Two) -> None:
    url, _ = two
    with ExitStack() as stack:
        pages: dict[str, list[http.client.HTTPConnection]] = {"a": [], "b": []}
        for _ in range(8):
            visitor = arrived(url)
            pages[visitor.replica].append(stack.enter_context(closing(visitor.opens())))
        # A request that is just being answered counts for a moment as well.
        assert min(map(len, pages.values())) >= 3
        for page in pages["a"]:
            page.close()
        until(lambda: {arrived(url).replica for _ in range(4)} == {"a"}, "a proxy that knows who has left")
        for _ in range(2):
            visitor = arrived(url)
            stack.enter_context(closing(visitor.opens()))
            assert visitor.replica == "a"


def test_who_has_been_here_comes_back_to_the_same(two: Two) -> None:
    url, _ = two
    visitors = [arrived(url) for _ in range(4)]
    before = [visitor.replica for visitor in visitors]
    for _ in range(3):
        assert {visitor.asks("/photos")[0] for visitor in visitors} == {200}
    assert [visitor.replica for visitor in visitors] == before


def test_a_draining_replica_keeps_who_is_there_and_gets_nobody_new(two: Two) -> None:
    url, replicas = two
    visitor = arrived(url)
    drained = visitor.replica
    replicas[drained].healthy = False
    until(lambda: drained not in {arrived(url).replica for _ in range(6)}, "a proxy that knows")
    assert Counter(arrived(url).replica for _ in range(6)) == {({"a", "b"} - {drained}).pop(): 6}
    visitor.opens().close()
    assert visitor.asks("/media/picture.png")[0] == 200
    assert visitor.replica == drained


def test_who_was_at_a_replica_that_is_gone_goes_to_another_at_once(two: Two) -> None:
    url, replicas = two
    visitor = arrived(url)
    letter = visitor.replica
    replicas[letter].end()
    # What a page asks before it connects anew. A WebSocket's own answer takes no cookie along.
    assert visitor.asks("/_stcore/health")[0] == 200
    visitor.opens().close()
    assert visitor.replica != letter
    assert {arrived(url).replica for _ in range(6)} == {visitor.replica}


def test_who_is_answered_by_nobody_is_told_what_to_do(two: Two) -> None:
    url, replicas = two
    for replica in replicas.values():
        replica.end()
    with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)) as line:
        line.request("POST", "/v1/rate", body=b"picture")
        answer = line.getresponse()
        assert answer.status in {502, 503}
        assert answer.getheader("Retry-After") == "5"
        assert b"Try again in a few seconds." in answer.read()


def test_a_cookie_of_no_replica_is_a_new_visitor(two: Two) -> None:
    url, _ = two
    visitor = Visitor(url)
    visitor.cookie = "fairest_replica=127.0.0.1:22"
    assert visitor.asks()[0] == 200
    assert visitor.replica in {"a", "b"}


def test_metrics_are_a_page_for_browsers_and_nothing_for_programs(two: Two) -> None:
    url, _ = two
    visitor = Visitor(url)
    assert visitor.asks("/metrics", {"Accept": "*/*"})[0] == 404
    assert visitor.asks("/metrics", {})[0] == 404
    assert visitor.asks("/metrics")[0] == 200


def test_a_replica_is_told_who_asks_and_not_what_they_claim(two: Two) -> None:
    url, _ = two
    claims = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "elsewhere.test"}
    headers = json.loads(Visitor(url).asks(headers=PAGE | claims)[1])
    assert headers["X-Forwarded-For"] in {"127.0.0.1", "::1"}
    assert headers["X-Forwarded-Proto"] == "http"
    assert headers["X-Forwarded-Host"] == urlsplit(url).netloc


def test_an_event_is_passed_on_before_the_next_is_there(two: Two) -> None:
    url, replicas = two
    with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)) as line:
        line.request("PUT", "/intake/token", body=b"picture")
        answer = line.getresponse()
        assert answer.read(3) == b"one"
        for replica in replicas.values():
            replica.more.set()
        assert answer.read() == b"two"


@pytest.mark.parametrize(("megabytes", "taken"), [(104, True), (106, False)])
def test_a_body_may_be_as_large_as_an_archive(two: Two, megabytes: int, taken: bool) -> None:
    url, replicas = two
    for replica in replicas.values():
        replica.more.set()
    with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)) as line:
        try:
            line.request("PUT", "/intake/token", body=bytes(megabytes * 1_000_000))
            status = line.getresponse().status
        except OSError:
            status = 0
    assert (status == 200) == taken


def test_the_proxy_waits_for_a_replica_that_comes_back(two: Two) -> None:
    url, replicas = two
    for replica in replicas.values():
        replica.healthy = False
    until(lambda: Visitor(url).asks()[0] != 200, "a proxy that knows")
    threading.Timer(1.0, lambda: setattr(replicas["a"], "healthy", True)).start()
    visitor = Visitor(url)
    until(lambda: visitor.asks()[0] == 200, "an answer")
    assert visitor.replica == "a"
