"""Sign-in by an identity provider."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from starlette.requests import HTTPConnection
from streamlit import auth_util
from streamlit.runtime.secrets import AttrDict
from streamlit.web.server.starlette import starlette_app_utils
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from tests.webapp.asgi import scope
from webapp.auth import access
from webapp.auth.access import allowed, providers


@pytest.fixture
def secrets_name(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets what secrets.toml has under [auth]."""

    def put(**section: object) -> None:
        for module in (access, auth_util):
            monkeypatch.setattr(module, "get_secrets_auth_section", lambda: AttrDict(section))
        monkeypatch.setattr(access, "get_cookie_secret", lambda: "c" * 32)

    return put


def test_providers_are_those_that_secrets_name(secrets_name: Callable[..., None]) -> None:
    secrets_name()
    assert providers() == []
    secrets_name(redirect_uri="x", client_id="a", client_kwargs={"scope": "openid"})
    assert providers() == [None]
    secrets_name(redirect_uri="x", google={"client_id": "a"}, okta={"client_id": "b"})
    assert providers() == ["google", "okta"]


def connection(**claims: object) -> HTTPConnection:
    """With the cookie in which Streamlit keeps what the provider told."""
    name = USER_COOKIE_NAME
    value = starlette_app_utils.create_signed_value("c" * 32, name, json.dumps(claims)).decode()
    return HTTPConnection(scope("http", "PUT", "/intake/x", {"cookie": f"{name}={value}"} if claims else {}))


def test_our_routes_are_for_those_whom_the_provider_knows(secrets_name: Callable[..., None]) -> None:
    secrets_name()
    assert allowed(connection())
    secrets_name(redirect_uri="https://fairest.example/oauth2callback", client_id="a")
    origin = "https://fairest.example"
    assert allowed(connection(is_logged_in=True, origin=origin))
    assert not allowed(connection())
    assert not allowed(connection(is_logged_in=False, origin=origin))
    assert not allowed(connection(is_logged_in=True, origin="https://other.example"))


def test_a_cookie_that_another_signed_is_worth_nothing(
    secrets_name: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets_name(redirect_uri="https://fairest.example/oauth2callback", client_id="a")
    signed = connection(is_logged_in=True, origin="https://fairest.example")
    monkeypatch.setattr(access, "get_cookie_secret", lambda: "d" * 32)
    assert not allowed(signed)
