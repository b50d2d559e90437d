"""The way in by an identity provider, in Streamlit's own test harness."""

from __future__ import annotations

import pytest
import streamlit as st
from pydantic import SecretStr
from streamlit.testing.v1 import AppTest

from core.settings import ServerSettings
from tests.patience import PATIENCE
from webapp.auth import identity_provider
from webapp.common import resources


def script() -> None:
    import streamlit as st

    from webapp.auth import identity_provider

    if identity_provider.signed_in():
        identity_provider.sign_out_control()
        st.text("inside")


def run(monkeypatch: pytest.MonkeyPatch, providers: list[str | None], **user: object) -> AppTest:
    """What a viewer sees of whom the provider told this."""
    monkeypatch.setattr(identity_provider, "providers", lambda: providers)
    monkeypatch.setattr(st, "user", user)
    app = AppTest.from_function(script, default_timeout=PATIENCE).run()
    assert not app.exception
    return app


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def test_without_a_provider_everybody_is_in(monkeypatch: pytest.MonkeyPatch) -> None:
    app = run(monkeypatch, [])
    assert [text.value for text in app.text] == ["inside"]
    assert labels(app) == []


@pytest.mark.parametrize("user", [{}, {"is_logged_in": False}])
def test_a_stranger_sees_the_way_to_the_provider_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, user: dict[str, object]
) -> None:
    app = run(monkeypatch, [None], **user)
    assert labels(app) == ["Sign in"]
    assert not app.text


def test_each_provider_has_its_button(monkeypatch: pytest.MonkeyPatch) -> None:
    assert labels(run(monkeypatch, ["google", "okta"])) == ["Sign in with Google", "Sign in with Okta"]


def test_whom_the_provider_knows_is_in_and_finds_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    app = run(monkeypatch, [None], is_logged_in=True)
    assert [text.value for text in app.text] == ["inside"]
    assert labels(app) == ["Sign out"]


def test_with_a_password_there_is_a_way_out_too(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[object] = []
    monkeypatch.setattr(identity_provider, "_sign_out", lambda **arguments: shown.append(arguments["data"]))
    monkeypatch.setattr(resources, "server_settings", lambda: ServerSettings(password=SecretStr("correct horse")))
    run(monkeypatch, [])
    assert shown == [{"text": "Sign out"}]
