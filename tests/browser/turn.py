"""A real TURN server (coturn) on loopback, over TCP, for one test."""

from __future__ import annotations

import json
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.browser.install import find_turnserver
from tests.browser.serving import end

USER, PASSWORD = "fairest", "only-for-this-test"


@dataclass(frozen=True)
class Turn:
    """A running TURN server."""

    url: str

    def setting(self) -> str:
        """The value of FAIREST_ICE_SERVERS that names it."""
        return json.dumps([{"urls": [self.url], "username": USER, "credential": PASSWORD}])


@contextmanager
def turn_server() -> Iterator[Turn]:
    """coturn on a free port of 127.0.0.1, relaying to loopback addresses only; stopped afterwards, no file left."""
    program = find_turnserver()
    assert program is not None, "expected turnserver on the PATH; there is none"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        command = [
            program,
            "-n",  # no configuration file
            "--listening-ip=127.0.0.1",
            "--relay-ip=127.0.0.1",
            f"--listening-port={port}",
            "--no-udp",
            "--no-tls",
            "--no-dtls",
            "--no-cli",
            "--no-tcp-relay",
            "--allow-loopback-peers",
            "--denied-peer-ip=0.0.0.0-126.255.255.255",
            "--denied-peer-ip=128.0.0.0-255.255.255.255",
            "--lt-cred-mech",
            f"--user={USER}:{PASSWORD}",
            "--realm=fairest.test",
            f"--userdb={folder}/users",
            f"--pidfile={folder}/pid",
            "--log-file=stdout",
        ]
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait_for(process, port)
            yield Turn(f"turn:127.0.0.1:{port}?transport=tcp")
        finally:
            end(process)


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    """Until it takes connections, 10 s at most."""
    end = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert process.poll() is None, f"turnserver stopped with {process.returncode}"
            assert time.monotonic() < end, "turnserver took no connection within 10 s"
            time.sleep(0.05)
