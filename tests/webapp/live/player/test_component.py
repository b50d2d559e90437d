from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import SecretStr
from streamlit.testing.v1 import AppTest

from core.settings import IceServer, LiveSettings, RatingSettings, Settings
from tests.patience import PATIENCE
from webapp.live.player import component
from webapp.live.signalling.client_choice import ClientChoice
from webapp.live.switch import Choice


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the component is handed."""
    data: list[dict[str, Any]] = []
    monkeypatch.setattr(component, "_component", lambda **arguments: data.append(arguments["data"]))
    return data


def test_what_is_chosen_beside_it_is_what_the_server_takes(handed: list[dict[str, Any]]) -> None:
    component.player(Settings(), Choice("grid", "vgg16", 3.5, 0.8))
    chosen = ClientChoice.model_validate(handed[0]["choice"] | {"number": 1, "language": handed[0]["language"]})
    assert (chosen.detector, chosen.classifier, chosen.threshold, chosen.confidence) == ("grid", "vgg16", 3.5, 0.8)


def test_it_is_told_where_the_server_is_and_by_what_servers_it_is_reached(
    handed: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(component, "address", lambda path: f"/fairest{path}")
    servers = [IceServer(urls=["turn:t.example"], username="u", credential=SecretStr("c"))]
    component.player(Settings(live=LiveSettings(ice_servers=servers), rating=RatingSettings()), Choice("g", "v"))
    (data,) = handed
    assert data["url"] == "/fairest/live/offer"
    assert data["film"].startswith("/fairest/")
    assert data["ice_servers"] == [{"urls": ["turn:t.example"], "username": "u", "credential": "c"}]
    assert json.loads(json.dumps(data)) == data


def test_it_mounts() -> None:
    def page() -> None:
        from core.settings import Settings
        from webapp.live.player.component import player
        from webapp.live.switch import Choice

        player(Settings(), Choice("facegrid", "vgg16"))

    app = AppTest.from_function(page, default_timeout=PATIENCE).run()
    assert not app.exception
