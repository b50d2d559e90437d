"""The app over HTTPS, opened as from another device: by a name that is no secure context of itself."""

from __future__ import annotations

import base64
import hashlib
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Browser, Error, Playwright

from tests.browser.serving import Server, camera_arguments, served, write_camera
from tests.browser.video import start, stop, wait_for_box
from webapp.server.https import HERE, Files, lan_addresses, prepare

pytestmark = pytest.mark.long

NAME = "fairest.local"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return prepare(tmp_path_factory.mktemp("certs"), [*HERE, NAME, *lan_addresses()], datetime.now(UTC))


@pytest.fixture(scope="module")
def secure(files: Files) -> Iterator[Server]:
    with served(address=None, https=files) as running:
        yield running


def key_hash(files: Files) -> str:
    """What Chromium knows a public key by: base64 of the SHA-256 of its SubjectPublicKeyInfo."""
    key = x509.load_pem_x509_certificate(files.certificate.read_bytes()).public_key()
    return base64.b64encode(
        hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
    ).decode()


@contextmanager
def chromium_that_trusts(playwright: Playwright, camera: Path, keys: str) -> Iterator[Browser]:
    """A Chromium that finds this machine under NAME and takes exactly these keys from an authority it does not know."""
    options = camera_arguments(camera)
    options["args"] += [f"--host-resolver-rules=MAP {NAME} 127.0.0.1", f"--ignore-certificate-errors-spki-list={keys}"]
    with closing(playwright.chromium.launch(**options)) as browser:
        yield browser


def test_a_face_comes_back_framed_over_https(
    playwright: Playwright, secure: Server, files: Files, tmp_path: Path
) -> None:
    camera = write_camera(tmp_path / "face.mjpeg")
    with chromium_that_trusts(playwright, camera, key_hash(files)) as browser:
        page = browser.new_page()
        sockets: list[str] = []
        page.on("websocket", lambda opened: sockets.append(opened.url))
        page.goto(secure.url.replace("localhost", NAME))
        assert page.evaluate("isSecureContext")
        start(page)
        wait_for_box(page)
        stop(page)
        assert sockets
        assert all(url.startswith(f"wss://{NAME}:") for url in sockets)


def test_a_browser_that_was_told_of_another_key_warns(playwright: Playwright, secure: Server, tmp_path: Path) -> None:
    other_fingerprint = base64.b64encode(hashlib.sha256(b"another key").digest()).decode()
    with (
        chromium_that_trusts(playwright, tmp_path / "none.mjpeg", other_fingerprint) as browser,
        pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"),
    ):
        browser.new_page().goto(secure.url.replace("localhost", NAME))


def test_every_address_answers_with_a_certificate_that_verifies(secure: Server, files: Files) -> None:
    context = ssl.create_default_context(cafile=files.authority)
    port = int(secure.url.rsplit(":", 1)[1])
    for address in ("127.0.0.1", *lan_addresses()):
        with (
            socket.create_connection((address, port), timeout=5) as tcp_socket,
            context.wrap_socket(tcp_socket, server_hostname=address) as connection,
        ):
            assert connection.version() in {"TLSv1.2", "TLSv1.3"}
