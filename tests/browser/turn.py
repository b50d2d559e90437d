"""A real TURN server (coturn) on loopback, over TCP, for one test; set up as deploy/turnserver.conf says."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from core.settings import ROOT
from tests.browser.install import find_turnserver
from tests.browser.serving import end, free_port
from tests.patience import PATIENCE

CONFIGURATION = ROOT / "deploy" / "turnserver.conf"


@dataclass(frozen=True)
class Turn:
    """A running TURN server, with the one account that it knows."""

    port: int
    user: str
    password: str

    def setting(self) -> str:
        """The value of FAIREST_ICE_SERVERS that names it."""
        url = f"turn:127.0.0.1:{self.port}?transport=tcp"
        return json.dumps([{"urls": [url], "username": self.user, "credential": self.password}])


@contextmanager
def turn_server(port: int | None = None) -> Iterator[Turn]:
    """coturn on 127.0.0.1, relaying to loopback addresses only; stopped afterwards, no file left.

    Args:
        port: a free one when not given.
    """
    program = find_turnserver()
    assert program is not None, "expected turnserver on the PATH; there is none"
    account = re.search(r"^user=(\S+?):(\S+)$", CONFIGURATION.read_text(), re.MULTILINE)
    assert account is not None
    port = port or free_port()
    with tempfile.TemporaryDirectory() as folder:
        command = [
            program,
            "-c",
            str(CONFIGURATION),
            "--listening-ip=127.0.0.1",
            "--relay-ip=127.0.0.1",
            f"--listening-port={port}",
            "--no-udp",
            "--no-tls",
            "--no-dtls",
            "--allow-loopback-peers",
            "--allowed-peer-ip=127.0.0.1",
            "--denied-peer-ip=128.0.0.0-255.255.255.255",
            f"--userdb={folder}/users",
            f"--pidfile={folder}/pid",
        ]
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait_for(process, port)
            yield Turn(port, *account.groups())
        finally:
            end(process)


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    """Until it takes connections."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert process.poll() is None, f"turnserver stopped with {process.returncode}"
            assert time.monotonic() < end, f"turnserver took no connection within {PATIENCE:.0f} s"
            time.sleep(0.05)
