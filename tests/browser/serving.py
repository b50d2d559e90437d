"""Starts the app, and a Chromium whose camera shows a real face."""

from __future__ import annotations

import os
import random
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from core.settings import ROOT
from tests import faces
from tests.browser.install import find_chromium
from tests.patience import PATIENCE
from webapp.server.https import Files

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
]


@dataclass(frozen=True)
class Server:
    """A running app; ready_after is in seconds from its start to its first healthy answer."""

    url: str
    process: subprocess.Popen[bytes]
    ready_after: float

    @property
    def pid(self) -> int:
        """Of the process."""
        return self.process.pid


@contextmanager
def served(
    address: str | None = "127.0.0.1",
    https: Files | None = None,
    script: Sequence[str] = ("webapp/app.py",),
    port: int | None = None,
    base: str = "",
    **environment: str,
) -> Iterator[Server]:
    """The app, with these variables set; stopped afterwards.

    Args:
        address: where it listens; None for everywhere, as `make app` has it.
        https: the certificates to serve it with; plain http without.
        script: what is served, and what it is given.
        port: a free one when not given.
        base: the path below which everything is to lie, as "/fairest".
        environment: variables.
    """
    port = port or free_port()
    command = [sys.executable, "-m", "streamlit", "run", "--server.port", str(port)]
    if address is not None:
        command += ["--server.address", address]
    if https is not None:
        command += ["--server.sslCertFile", str(https.certificate), "--server.sslKeyFile", str(https.key)]
    if base:
        command += ["--server.baseUrlPath", base]
    begin = time.monotonic()
    process = subprocess.Popen(
        [*command, script[0], "--", *script[1:]],
        cwd=ROOT,
        # Nobody's test waits for viewers that it left behind, nor for a machine that is busy with other tests.
        env=os.environ | {"FAIREST_DRAIN_SECONDS": "0", "FAIREST_LIVE_ADMISSION": "places"} | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"{'https' if https else 'http'}://localhost:{port}{base}"
    context = ssl.create_default_context(cafile=https.authority) if https else None
    try:
        while True:
            try:
                with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2, context=context) as answer:
                    assert answer.status == 200
                    break
            except OSError:
                assert process.poll() is None, "the server stopped"
                assert time.monotonic() - begin < PATIENCE, f"the server did not start within {PATIENCE:.0f} s"
                time.sleep(0.05)
        yield Server(url, process, time.monotonic() - begin)
    finally:
        end(process)


PORTS = range(20_000, 32_000)
"""Below those that systems give to outgoing connections, one of which could take a port before its server does."""


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody has now, drawn by chance, as other tests draw theirs at the same time."""
    chance = random.SystemRandom()
    while True:
        port = chance.choice(PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def end(process: subprocess.Popen[bytes]) -> None:
    """Stop a program, by force when it does not listen."""
    process.terminate()
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def write_camera(path: Path, frame: np.ndarray | None = None) -> Path:
    """What a camera sees as Motion JPEG: an RGB uint8 frame, by default one with a real face."""
    if frame is None:
        frame, _ = faces.in_frame(faces.SUREST)
    encoded = cv2.imencode(".jpg", cv2.cvtColor(frame, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 92])[1]
    path.write_bytes(encoded.tobytes() * 30)
    return path


def write_slow_camera(path: Path) -> Path:
    """The same with 5 frames a second, as YUV4MPEG2: several viewers then leave a machine room for the servers."""
    frame, _ = faces.in_frame(faces.SUREST)
    height, width = frame.shape[:2]
    planes = cv2.cvtColor(frame, cv2.COLOR_RGB2YUV_I420).tobytes()
    path.write_bytes(f"YUV4MPEG2 W{width} H{height} F5:1 Ip C420jpeg\n".encode() + 5 * (b"FRAME\n" + planes))
    return path


NO_DIRECT_PATH = "--webrtc-ip-handling-policy=disable_non_proxied_udp"
"""A Chromium's argument: it reaches servers by TURN over TCP only."""


def camera_arguments(camera: Path, *extra: str) -> dict[str, Any]:
    """How Playwright starts a Chromium that gives this camera to every page, with more arguments."""
    fake = [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={camera}",
    ]
    return {"executable_path": find_chromium(), "args": [*QUIET, *fake, *extra]}
