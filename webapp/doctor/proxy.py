"""Checks of the page as browsers reach it, through any proxies: certificate, path, WebSocket, headers."""

from __future__ import annotations

import base64
import http.client
import json
import os
import ssl
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from webapp.doctor.finding import Finding, failure, ok, warning

PATIENCE = 10.0
"""Timeout in seconds for each response."""
SWITCHED = 101
"""HTTP status of a successful WebSocket upgrade."""
REFUSED = frozenset({401, 403})


@dataclass(frozen=True, slots=True)
class Answer:
    """A response: status, headers by lower-case name, and the beginning of the body."""

    status: int
    headers: dict[str, str]
    body: bytes


def ask(url: SplitResult, path: str, headers: dict[str, str], context: ssl.SSLContext | None = None) -> Answer:
    """Send one GET request to a path below the page's URL.

    Args:
        url: the page's URL.
        path: path below it, with a leading slash.
        headers: request headers.
        context: trusted certificates; by default those that the system trusts.

    Raises:
        OSError: the server cannot be reached or its certificate is invalid.
        http.client.HTTPException: it does not speak HTTP.
    """
    assert url.hostname is not None
    connection = (
        http.client.HTTPSConnection(url.hostname, url.port, timeout=PATIENCE, context=context)
        if url.scheme == "https"
        else http.client.HTTPConnection(url.hostname, url.port, timeout=PATIENCE)
    )
    try:
        connection.request("GET", url.path.rstrip("/") + path, headers=headers)
        response = connection.getresponse()
        body = b"" if response.status == SWITCHED else response.read(10_000)
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, body)
    finally:
        connection.close()


def check_page(address: str, proxies: int, context: ssl.SSLContext | None = None) -> list[Finding]:
    """Check that a browser gets the whole page at a URL.

    Args:
        address: the URL, including the path if there is one.
        proxies: FAIREST_TRUSTED_PROXIES.
        context: trusted certificates; by default those that the system trusts.
    """
    url = urlsplit(address)
    if url.scheme not in {"http", "https"} or not url.hostname:
        return [failure("address", f"{address} is not the URL of a web page", "Write it as https://HOST/PATH.")]
    try:
        health = ask(url, "/healthz", {"Accept": "application/json"}, context)
        socket = ask(url, "/_stcore/stream", socket_headers(url), context)
    except ssl.SSLError as error:
        advice = "Give the proxy a certificate for this name, from an authority that browsers trust."
        return [failure("address", f"{address}: {error.reason or error}", advice)]
    except (OSError, http.client.HTTPException) as error:
        advice = "Start the page and the proxy, and check that the proxy forwards to the page's port."
        return [failure("address", f"{address}: {getattr(error, 'strerror', None) or error}", advice)]
    return [check_scheme(url), check_health(url, health), check_socket(socket), check_headers(url, health, proxies)]


def socket_headers(url: SplitResult) -> dict[str, str]:
    """Return the headers that a browser sends to open a WebSocket from this page."""
    key = base64.b64encode(os.urandom(16)).decode()
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": key}
    return {**upgrade, "Origin": f"{url.scheme}://{url.netloc}"}


def is_secure(url: SplitResult) -> bool:
    """Return whether browsers treat a URL as secure and allow camera access."""
    host = url.hostname or ""
    try:
        local = ip_address(host).is_loopback
    except ValueError:
        local = host == "localhost" or host.endswith(".localhost")
    return local or url.scheme == "https"


def check_scheme(url: SplitResult) -> Finding:
    """Check that browsers allow camera access at this URL."""
    if is_secure(url):
        return ok("address", f"browsers allow camera access on {url.geturl()}")
    return failure(
        "address", f"{url.geturl()} is plain HTTP: browsers allow no camera access there", "Serve it over HTTPS."
    )


def check_health(url: SplitResult, answer: Answer) -> Finding:
    """Check that the page itself answers below this path."""
    try:
        status = str(json.loads(answer.body)["status"])
    except (ValueError, KeyError, TypeError):
        path = url.path.strip("/")
        advice = (
            f"Start the page with --server.baseUrlPath {path}, and let the proxy forward the path unchanged."
            if path
            else "Let the proxy forward everything to the page's port; if the page is served below a path, include it "
            "in --url."
        )
        return failure("path", f"/healthz below it is not answered by the page (status {answer.status})", advice)
    if status == "ready":
        return ok("path", "the page responds and is ready for viewers")
    return warning("path", f"the page responds that it is {status}", "Wait, or check its log.")


def check_socket(answer: Answer) -> Finding:
    """Check that WebSockets, which carry everything but the video, pass through."""
    if answer.status == SWITCHED:
        return ok("WebSocket", "connects")
    if answer.status in REFUSED:
        advice = (
            "Have the proxy forward Host or X-Forwarded-Host as the browser sent it. If a password is set, this "
            "response is normal before signing in."
        )
        return warning("WebSocket", f"refused with status {answer.status}", advice)
    advice = "Have the proxy forward Upgrade and Connection: Caddy does, nginx needs proxy_set_header and HTTP/1.1."
    return failure("WebSocket", f"does not connect: status {answer.status} instead of {SWITCHED}", advice)


def check_headers(url: SplitResult, answer: Answer, proxies: int) -> Finding:
    """Check that the page learns the original scheme and client from the headers of its trusted proxies.

    A page that knows it is served over HTTPS sends Strict-Transport-Security if the host has a full name.
    """
    host = url.hostname or ""
    has_full_name = (
        "." in host and not host.endswith((".local", ".localhost")) and not host.replace(".", "").isdecimal()
    )
    if url.scheme == "https" and has_full_name and "strict-transport-security" not in answer.headers:
        advice = (
            "Set FAIREST_TRUSTED_PROXIES to their number, and have them send X-Forwarded-For and X-Forwarded-Proto."
        )
        return warning("proxies", f"{proxies} trusted, but the page does not know that it is served over HTTPS", advice)
    if "via" in answer.headers and not proxies:
        advice = "Set FAIREST_TRUSTED_PROXIES to their number; until then all viewers count as one client."
        return warning("proxies", f"none trusted, but there is one: {answer.headers['via']}", advice)
    return ok("proxies", f"{proxies} trusted")
