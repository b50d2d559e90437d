"""Security headers and cross-origin protection: the outermost layer of the server.

Headers tell the browser to run only our own code. Requests that may change state, and WebSockets, are accepted from
this page only: Streamlit would accept those of any page on localhost, and for others asks a host on the internet.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import ipaddress
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config

from core.errors import FairestError
from core.settings import ServerSettings
from webapp.common import resources
from webapp.common.addresses import route

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods that do not change state."""
CLOSED = ("/_stcore/upload_file", "/_stcore/metrics", "/_stcore/agent")
"""Streamlit's own routes that none of our pages needs."""
PICTURES = "/media/"
"""Where Streamlit serves the media of a page, which must not be cached."""
HALF_A_YEAR = 15_552_000
"""Seconds."""
FOREIGN = 1008
"""WebSocket close code: policy violation."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(self), microphone=(), geolocation=(), display-capture=(), payment=(), usb=(), serial=(), hid=(), "
        "midi=(), accelerometer=(), gyroscope=(), magnetometer=(), browsing-topics=()"
    ),
}


def inline_scripts(html: str) -> list[str]:
    """Return the content security policy's sources (hashes) of the inline scripts of a document."""
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    return [f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts]


@functools.cache
def page_policy() -> str:
    """Return the content security policy of Streamlit's document and its components.

    Streamlit runs components' JavaScript from blob: URLs, and uses inline styles for its widgets.
    """
    index = Path(streamlit.__file__).parent / "static" / "index.html"
    rules = {
        "default-src": ["'self'"],
        "script-src": ["'self'", "blob:", "'wasm-unsafe-eval'", *inline_scripts(index.read_text(encoding="utf-8"))],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "blob:", "data:"],
        "media-src": ["'self'", "blob:"],
        "font-src": ["'self'", "data:"],
        "worker-src": ["'self'", "blob:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'self'"],
    }
    return "; ".join(" ".join([name, *sources]) for name, sources in rules.items())


def same_origin(headers: Mapping[str, str]) -> bool:
    """Whether a request that may change state comes from this page, or from no page at all.

    Same rule as Go's net/http.CrossOriginProtection: Sec-Fetch-Site decides if present; older browsers send an Origin,
    which must match the requested host; a client that sends neither is not a browser, and carries nobody's cookies.
    Origins in Streamlit's `server.corsAllowedOrigins` are accepted too.

    Args:
        headers: of a request, by lower-case name (Starlette's Headers ignore case).
    """
    if allowed_origin(headers) is not None:
        return True
    origin = headers.get("origin")
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    if origin is None:
        return True
    try:
        page = urlsplit(origin)
    except ValueError:
        return False
    hosts = (headers.get("host", ""), headers.get("x-forwarded-host", "").split(",")[0].strip())
    return bool(page.netloc) and _address(page.scheme, page.netloc) in {_address(page.scheme, host) for host in hosts}


def allowed_origin(headers: Mapping[str, str]) -> str | None:
    """Return a request's origin if it is one that the operator allowed; else None. headers: as above."""
    origin = headers.get("origin")
    return origin if origin is not None and origin in config.get_option("server.corsAllowedOrigins") else None


def _address(scheme: str, host: str) -> str:
    """Return a host in lower case, without the port if it is the scheme's default."""
    return host.lower().removesuffix(":443" if scheme == "https" else ":80")


def host_name(host: str) -> str:
    """Return the name or IP address in a Host header, in lower case, without port; empty if there is none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def client_ip(scope: Scope, proxies: int) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the IP address that sent a request; None if there is none, as with a Unix socket.

    Args:
        proxies: number of reverse proxies between the client and this server. Each appends its peer's address to
            X-Forwarded-For; entries before those were written by the client.
    """
    try:
        address = ipaddress.ip_address(
            re.sub(r"^\[(.*)\](:\d+)?$|^([\d.]+):\d+$", r"\1\3", _client_host(scope, proxies))
        )
    except ValueError:
        return None
    return (isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped) or address


def client_address(scope: Scope, proxies: int) -> str:
    """Return the key for counting requests per client: the IPv4 address, or the IPv6 /64 of a subscriber.

    Args:
        proxies: see `client_ip`.
    """
    address = client_ip(scope, proxies)
    if address is None:
        return _client_host(scope, proxies)[:64]
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((address, 64), strict=False))
    return str(address)


def _client_host(scope: Scope, proxies: int) -> str:
    host = scope["client"][0] if scope.get("client") else ""
    if proxies:
        lines = Headers(scope=scope).getlist("x-forwarded-for")
        hosts = [entry.strip() for line in lines for entry in line.split(",")]
        host = hosts[-proxies] if len(hosts) >= proxies else host
    return str(host)


def is_https(scope: Scope, proxies: int) -> bool:
    """Whether the browser uses HTTPS, to this server or to a reverse proxy in front of it."""
    if scope["scheme"] in {"https", "wss"}:
        return True
    return proxies > 0 and Headers(scope=scope).get("x-forwarded-proto", "").split(",")[-1].strip() == "https"


def wants_page(scope: Scope) -> bool:
    """Whether a browser requests a document."""
    return "text/html" in Headers(scope=scope).get("accept", "")


def keeps_https(host: str) -> bool:
    """Whether a browser may be told to use only HTTPS for this host: not for names shared with others."""
    name = host_name(host)
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return "." in name and not name.endswith((".local", ".localhost"))
    return False


class Security:
    """Outermost ASGI middleware. It does not buffer: responses are passed on chunk by chunk."""

    def __init__(
        self,
        app: ASGIApp,
        settings: Callable[[], ServerSettings] = resources.server_settings,
        exempt: Callable[[Scope], bool] = lambda _: False,
    ) -> None:
        """Args:
        exempt: whether a request is for a route that decides itself which origins to accept.
        """
        self._app = app
        self._settings = settings
        self._exempt = exempt

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] == "websocket":
            if same_origin(Headers(scope=scope)):
                await self._app(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": FOREIGN})
        elif scope["type"] == "http":
            await self._http(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False
        extra_headers = self._headers(scope)

        async def pass_on(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in extra_headers.items():
                    headers.setdefault(name, value)
            await send(message)

        if route(scope["path"]).startswith(CLOSED):
            await PlainTextResponse("Not found", 404)(scope, receive, pass_on)
        elif not (scope["method"] in SAFE or self._exempt(scope) or same_origin(Headers(scope=scope))):
            refusal = "This request came from another site and is refused."
            await PlainTextResponse(refusal, 403)(scope, receive, pass_on)
        else:
            try:
                await self._app(scope, receive, pass_on)
            except Exception:
                # Starlette's own response would come from outside this layer, without our headers.
                if not started:
                    await PlainTextResponse("Internal Server Error", 500)(scope, receive, pass_on)
                raise

    def _headers(self, scope: Scope) -> dict[str, str]:
        headers = {**HEADERS, "Content-Security-Policy": page_policy()}
        if route(scope["path"]).startswith(PICTURES):
            headers["Cache-Control"] = "no-store"
        if is_https(scope, self._proxies()) and keeps_https(Headers(scope=scope).get("host", "")):
            headers["Strict-Transport-Security"] = f"max-age={HALF_A_YEAR}"
        return headers

    def _proxies(self) -> int:
        try:
            return self._settings().trusted_proxies
        except FairestError:
            return 0
