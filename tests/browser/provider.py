"""An OpenID Connect provider of one person, who signs in without being asked, for one test."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, CLIENT_SECRET = "fairest-test", "only-for-this-test"


@dataclass(frozen=True)
class Provider:
    """A running provider. url: its issuer."""

    url: str

    def secrets(self) -> str:
        """What secrets.toml of an app on this machine says to use it; Streamlit puts its port in."""
        return f"""
[auth]
redirect_uri = "http://localhost:{{port}}/oauth2callback"
cookie_secret = "{"c" * 40}"
client_id = "{CLIENT}"
client_secret = "{CLIENT_SECRET}"
server_metadata_url = "{self.url}/.well-known/openid-configuration"
"""


def provider_app(url: str) -> Starlette:
    """Discovery, authorisation, token and keys; the code is the nonce, so that nothing is kept between requests."""
    key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})

    def metadata(_: Request) -> Response:
        return JSONResponse(
            {
                "issuer": url,
                "authorization_endpoint": f"{url}/authorize",
                "token_endpoint": f"{url}/token",
                "jwks_uri": f"{url}/keys",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        )

    def authorize(request: Request) -> Response:
        query = request.query_params
        answer = urlencode({"state": query["state"], "code": query["nonce"]})
        return RedirectResponse(f"{query['redirect_uri']}?{answer}", 302)

    async def token(request: Request) -> Response:
        form = parse_qs((await request.body()).decode())
        now = int(time.time())
        claims = {
            "iss": url,
            "sub": "1",
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": form["code"][0],
            "email": "viewer@example.org",
        }
        signed = jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)
        return JSONResponse({"access_token": "none", "token_type": "Bearer", "expires_in": 300, "id_token": signed})

    def keys(_: Request) -> Response:
        return JSONResponse(KeySet([key]).as_dict(private=False))

    return Starlette(
        routes=[
            Route("/.well-known/openid-configuration", metadata),
            Route("/authorize", authorize),
            Route("/token", token, methods=["POST"]),
            Route("/keys", keys),
        ]
    )


@contextmanager
def identity_provider() -> Iterator[Provider]:
    """The provider on a free port of this machine; stopped afterwards."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://localhost:{listener.getsockname()[1]}"
        server = uvicorn.Server(uvicorn.Config(provider_app(url), log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield Provider(url)
        finally:
            server.should_exit = True
            thread.join(10)
