from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from webapp.doctor import network
from webapp.doctor.finding import Level
from webapp.server import https

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
LAN = "192.168.1.7"


@contextmanager
def answering(body: bytes) -> Iterator[int]:
    """The port of a server that says the same to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def test_a_port_is_free_or_ours_or_taken() -> None:
    with answering(b'{"status": "alive"}') as port:
        assert network.check_port(port).message.endswith("Fairest is already running there")
    assert network.check_port(port).level is Level.OK
    for body in (b"[]", b"hello", b"3"):
        with answering(body) as port:
            finding = network.check_port(port)
            assert finding.level is Level.FAILURE
            assert f"{port} is in use" in finding.message


def test_a_port_of_roots_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> socket.socket:
        raise PermissionError

    monkeypatch.setattr(socket, "create_server", refuse)
    assert "root" in network.check_port(80).message


def test_a_camera_needs_localhost_or_a_certificate(tmp_path: Path) -> None:
    files = https.files(tmp_path)
    assert network.check_camera(files, [], NOW).level is Level.OK
    without = network.check_camera(files, [LAN], NOW)
    assert without.level is Level.WARNING
    assert "--https" in without.advice
    https.prepare(tmp_path, ["localhost", LAN], NOW)
    assert network.check_camera(files, [LAN], NOW).level is Level.OK
    later = network.check_camera(files, [LAN], NOW + https.VALID + timedelta(days=1))
    assert later.level is Level.WARNING
    assert "expired on" in later.message


def test_udp_goes_out_and_in() -> None:
    finding = network.check_udp([])
    assert (finding.level, finding.message) == (Level.OK, "works in both directions on 127.0.0.1")


def test_an_address_that_udp_does_not_leave_is_reported() -> None:
    # Kept for documentation: no machine has it.
    finding = network.check_udp(["203.0.113.1"])
    assert finding.level is Level.FAILURE
    assert finding.message.startswith("203.0.113.1: ")


def test_a_packet_that_is_swallowed_is_waited_for_a_moment_only(monkeypatch: pytest.MonkeyPatch) -> None:
    class Swallowing(socket.socket):
        def sendto(self, data: bytes, *_: object) -> int:  # type: ignore[override]
            return len(data)

    monkeypatch.setattr(socket, "socket", Swallowing)
    assert network.why_no_udp("127.0.0.1", patience=0.05) == "nothing arrived within 0.05 s"
