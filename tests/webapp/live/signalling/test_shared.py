from __future__ import annotations

import threading

import pytest
from pydantic import SecretStr

from core.analyzer import Analyzer
from core.live.engine import Engine
from core.models.age_guard import AgeGuard
from core.settings import IceServer, LiveSettings, RatingSettings, Settings
from tests.webapp.live.signalling.hosting import Stages
from webapp.common import resources
from webapp.live.signalling import shared


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings, and no models."""
    servers = [IceServer(urls=["turn:t.example.org"], username="u", credential=SecretStr("c"))]
    settings = Settings(live=LiveSettings(ice_servers=servers), rating=RatingSettings(label_above="A", label_below="B"))
    stages = Stages()
    analyzer = Analyzer(stages, AgeGuard(stages, 0.06, 18, 16), stages)
    engine = Engine(1)
    monkeypatch.setattr(resources, "settings", lambda: settings)
    monkeypatch.setattr(resources, "first_analyzer", lambda: analyzer)
    monkeypatch.setattr(shared, "engine", lambda: engine)
    return settings


@pytest.mark.usefixtures("given")
def test_they_are_made_once_and_by_the_settings() -> None:
    try:
        sessions = shared.sessions()
        assert shared.sessions() is sessions
        assert sessions.around.labels == ("A", "B")
        (server,) = sessions.around.ice_servers
        assert (server.urls, server.username, server.credential) == (["turn:t.example.org"], "u", "c")
        assert not sessions.around.draining()
        assert sessions.around.models.detector in sessions.around.models.detectors
        assert sessions.around.models.classifier in sessions.around.models.classifiers
        assert set(sessions.around.captions("ru")) == set(sessions.around.captions("en"))
    finally:
        shared.stop_sessions()
    assert "live" not in {thread.name for thread in threading.enumerate()}


def test_where_nobody_came_there_is_nothing_to_stop() -> None:
    shared.stop_sessions()
