from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.routing import Match

from tests.webapp.test_prometheus import STATUS
from webapp import resources, serving


class Engine:
    def __init__(self) -> None:
        self.told = STATUS

    def status(self) -> object:
        return self.told


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    made = Engine()
    monkeypatch.setattr(resources, "engine", lambda: made)
    return made


REQUEST = Request({"type": "http"})


def health() -> tuple[int, dict[str, object]]:
    """(status, body) of /healthz."""
    answer = serving.health(REQUEST)
    return answer.status_code, json.loads(bytes(answer.body))


@pytest.fixture
def readiness(monkeypatch: pytest.MonkeyPatch) -> serving.Readiness:
    made = serving.Readiness()
    monkeypatch.setattr(serving, "readiness", made)
    return made


@pytest.mark.usefixtures("readiness")
def test_it_is_not_healthy_before_the_models_are_there() -> None:
    assert health() == (503, {"status": "loading"})


@pytest.mark.usefixtures("engine")
def test_it_is_healthy_with_viewers_and_when_full(readiness: serving.Readiness) -> None:
    readiness.state = "ready"
    assert health() == (200, {"status": "ready", "viewers": 2, "max_viewers": 2})


def test_it_is_not_healthy_when_an_analysis_never_ends(readiness: serving.Readiness, engine: Engine) -> None:
    readiness.state = "ready"
    engine.told = replace(STATUS, stuck=True)
    code, said = health()
    assert (code, said["status"]) == (503, "stuck")


def test_models_that_cannot_be_used_are_told(
    readiness: serving.Readiness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIREST_WEIGHTS_DIR", str(tmp_path))
    for cached in (resources.settings, resources.manifest, resources.analyzer, resources.detector):
        cached.clear()
    readiness.load()
    for cached in (resources.settings, resources.manifest):
        cached.clear()
    assert health() == (503, {"status": "broken"}), "and no path of the machine: that is for the log"


@pytest.mark.usefixtures("engine")
def test_metrics_are_prometheus_text(readiness: serving.Readiness) -> None:
    readiness.state = "ready"
    answer = serving.metrics(REQUEST)
    text = bytes(answer.body).decode()
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert "fairest_analysed_frames_total 60.0" in text
    assert "process_resident_memory_bytes" in text


@pytest.mark.parametrize(
    ("accept", "served"),
    [
        ("*/*", True),
        ("application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", True),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", False),
    ],
)
def test_a_browser_gets_the_page_of_that_name_instead(accept: str, served: bool) -> None:
    (route,) = [one for one in serving.ROUTES if one.path == "/metrics"]
    scope = {"type": "http", "method": "GET", "path": "/metrics", "headers": [(b"accept", accept.encode())]}
    assert (route.matches(scope)[0] is Match.FULL) == served
