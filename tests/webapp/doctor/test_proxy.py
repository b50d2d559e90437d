"""Pages here are small servers on loopback that answer as the page does, or as a proxy that was set up wrongly."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from webapp.doctor.finding import Level
from webapp.doctor.proxy import Answer, check_headers, check_page, check_scheme
from webapp.server import https

READY = b'{"status": "ready"}'
NAMED = urlsplit("https://fairest.example.org")
ALL_WELL = dict.fromkeys(("address", "path", "WebSocket", "proxies"), Level.OK)


@contextmanager
def page(
    base: str = "",
    health: bytes = READY,
    switches: int = 101,
    headers: Mapping[str, str] | None = None,
    files: https.Files | None = None,
) -> Iterator[str]:
    """The address of one.

    Args:
        base: the path below which it lies.
        health: what /healthz says.
        switches: the status of a request for a WebSocket.
        headers: of every answer.
        files: certificates to serve it with.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.removeprefix(base)
            upgrade = self.headers["Upgrade"] == "websocket" and self.headers["Origin"].endswith(self.headers["Host"])
            body = b""
            if path == "/_stcore/stream" and upgrade:
                self.send_response(switches)
            elif path == "/healthz" and self.path.startswith(base):
                body = health
                self.send_response(200)
            else:
                self.send_response(404)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if files is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(files.certificate, files.key)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"{'https' if files else 'http'}://127.0.0.1:{server.server_address[1]}{base}"
        server.shutdown()


def levels(address: str, proxies: int = 0, context: ssl.SSLContext | None = None) -> dict[str, Level]:
    """By subject."""
    return {finding.subject: finding.level for finding in check_page(address, proxies, context)}


@pytest.mark.parametrize("base", ["", "/fairest"])
def test_a_page_that_comes_through_whole(base: str) -> None:
    with page(base) as address:
        assert levels(address) == ALL_WELL
        assert levels(f"{address}/") == ALL_WELL


def test_a_wrong_path_is_reported_with_what_to_set() -> None:
    with page("/fairest") as address:
        wrong = check_page(address.replace("fairest", "other"), 0)
        root = check_page(address.removesuffix("/fairest"), 0)
    assert "--server.baseUrlPath other" in next(finding.advice for finding in wrong if finding.subject == "path")
    assert "include it in --url" in next(finding.advice for finding in root if finding.subject == "path")


def test_a_page_that_loads_is_waited_for() -> None:
    with page(health=b'{"status": "loading"}') as address:
        assert levels(address) == ALL_WELL | {"path": Level.WARNING}


@pytest.mark.parametrize(("status", "level"), [(403, Level.WARNING), (400, Level.FAILURE), (200, Level.FAILURE)])
def test_a_websocket_that_does_not_come_through_is_reported(status: int, level: Level) -> None:
    with page(switches=status) as address:
        assert levels(address) == ALL_WELL | {"WebSocket": level}


def test_a_proxy_that_is_not_trusted_is_noticed() -> None:
    with page(headers={"Via": "1.1 Caddy"}) as address:
        assert levels(address) == ALL_WELL | {"proxies": Level.WARNING}
        assert levels(address, proxies=1) == ALL_WELL


def test_a_page_that_does_not_know_of_https_is_reported() -> None:
    assert check_headers(NAMED, Answer(200, {}, b""), 1).level is Level.WARNING
    assert check_headers(NAMED, Answer(200, {"strict-transport-security": "max-age=1"}, b""), 1).level is Level.OK
    for address in ("https://192.168.1.7", "https://box.local", "http://fairest.example.org"):
        assert check_headers(urlsplit(address), Answer(200, {}, b""), 0).level is Level.OK


@pytest.mark.parametrize(
    ("address", "level"),
    [
        ("http://localhost:8501", Level.OK),
        ("http://127.0.0.1", Level.OK),
        ("https://192.168.1.7", Level.OK),
        ("http://192.168.1.7", Level.FAILURE),
        ("http://fairest.example.org", Level.FAILURE),
    ],
)
def test_plain_http_has_no_camera(address: str, level: Level) -> None:
    assert check_scheme(urlsplit(address)).level is level


def test_a_certificate_that_nobody_knows_is_reported(tmp_path: Path) -> None:
    files = https.prepare(tmp_path, ["127.0.0.1"], datetime.now(UTC))
    with page(files=files) as address:
        assert levels(address) == {"address": Level.FAILURE}
        assert levels(address, context=ssl.create_default_context(cafile=files.authority)) == ALL_WELL


def test_what_is_no_address_or_answers_nothing_is_reported() -> None:
    with page() as address:
        pass
    for wrong in ("fairest.example.org", "ftp://localhost", address):
        assert levels(wrong) == {"address": Level.FAILURE}
