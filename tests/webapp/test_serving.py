from __future__ import annotations

import json
import re
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st
from starlette.requests import Request
from starlette.routing import Match

from tests.patience import until
from tests.webapp.server.test_prometheus import STATUS
from webapp import serving
from webapp.common import resources
from webapp.server.drain import Drain


class Engine:
    def __init__(self) -> None:
        self.current_status = STATUS
        self.draining = False
        self.here = True

    def occupied(self) -> bool:
        return self.here

    def drain(self) -> None:
        self.draining = True

    def status(self) -> object:
        return self.current_status


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    stub_engine = Engine()
    monkeypatch.setattr(serving, "engine", lambda: stub_engine)
    return stub_engine


REQUEST = Request({"type": "http"})


def health() -> tuple[int, dict[str, object]]:
    """(status, body) of /healthz."""
    answer = serving.health(REQUEST)
    return answer.status_code, json.loads(bytes(answer.body))


@pytest.fixture
def readiness(monkeypatch: pytest.MonkeyPatch) -> serving.Readiness:
    new_readiness = serving.Readiness()
    monkeypatch.setattr(serving, "readiness", new_readiness)
    return new_readiness


@pytest.mark.usefixtures("readiness")
def test_it_is_not_healthy_before_the_models_are_there() -> None:
    assert health() == (503, {"status": "loading"})


@pytest.mark.usefixtures("engine")
def test_it_is_healthy_with_viewers_and_when_full(readiness: serving.Readiness) -> None:
    readiness.state = "ready"
    assert health() == (200, {"status": "ready", "viewers": 2, "max_viewers": 2})


def test_it_is_not_healthy_when_an_analysis_never_ends(readiness: serving.Readiness, engine: Engine) -> None:
    readiness.state = "ready"
    engine.current_status = replace(STATUS, stuck=True)
    code, body = health()
    assert (code, body["status"]) == (503, "stuck")


@pytest.mark.parametrize("note", [None, "min_age=20 has no effect"])
def test_a_min_age_without_effect_is_logged(
    note: str | None,
    readiness: serving.Readiness,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(resources, "load_models", lambda: None)
    monkeypatch.setattr(serving, "min_age_note", lambda _: note)
    monkeypatch.setattr("gc.freeze", lambda: None)
    readiness.load()
    assert readiness.state == "ready"
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == ([note] if note else [])


def test_it_is_neither_healthy_nor_alive_when_the_engine_is_dead(readiness: serving.Readiness, engine: Engine) -> None:
    readiness.state = "ready"
    engine.current_status = replace(STATUS, dead=True)
    assert (health()[0], health()[1]["status"]) == (503, "dead")
    assert alive() == (503, {"status": "dead"})


@pytest.mark.usefixtures("engine")
def test_it_is_not_healthy_when_nobody_rates_photos(
    readiness: serving.Readiness, monkeypatch: pytest.MonkeyPatch
) -> None:
    readiness.state = "ready"
    monkeypatch.setattr(serving, "service", lambda: SimpleNamespace(busy=False, alive=False))
    assert (health()[0], health()[1]["status"]) == (503, "dead")
    assert alive()[0] == 200, "those who are live are served"


@pytest.mark.parametrize("error", [RuntimeError("unforeseen"), MemoryError(), SystemExit(1)])
def test_an_unforeseen_error_while_loading_is_reported(
    readiness: serving.Readiness, error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(resources, "load_models", fail)
    readiness.load()
    assert health() == (503, {"status": "broken"})


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("FAIREST_PASWORD", "correct horse", "did you mean FAIREST_PASSWORD?"),
        ("FAIREST_PASSWORD", "", "at least 8"),
        ("FAIREST_PASSWORD_HASH", "correct horse", "expected a password_hash"),
        ("FAIREST_PASSWORD_HASH", "", "expected a password_hash"),
        ("FAIREST_API_KEYS", '[{"name": "lab", "hash": "sesame"}]', "expected the hash of the API key lab"),
    ],
)
def test_settings_that_might_leave_it_open_stop_the_start(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit, match=re.escape(says)) as caught:
        serving.check_settings()
    assert str(caught.value).startswith("Fairest does not start: ")
    monkeypatch.delenv(name)
    serving.check_settings()


def test_models_that_cannot_be_used_are_reported(
    readiness: serving.Readiness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAIREST_WEIGHTS_DIR", str(tmp_path))
    for cached in (resources.settings, resources.manifest, resources.analyzer, resources.detector):
        cached.clear()
    readiness.load()
    for cached in (resources.settings, resources.manifest):
        cached.clear()
    assert health() == (503, {"status": "broken"}), "and no path of the machine: that is for the log"


@pytest.fixture
def drain(monkeypatch: pytest.MonkeyPatch) -> Drain:
    new_drain = Drain()
    monkeypatch.setattr(serving, "drain", new_drain)
    return new_drain


def alive() -> tuple[int, dict[str, object]]:
    """(status, body) of /livez."""
    answer = serving.alive(REQUEST)
    return answer.status_code, json.loads(bytes(answer.body))


@pytest.mark.usefixtures("readiness")
def test_it_is_alive_while_it_loads() -> None:
    assert alive() == (200, {"status": "alive"})


@pytest.mark.usefixtures("engine")
def test_a_draining_server_is_alive_and_takes_nobody(readiness: serving.Readiness, drain: Drain) -> None:
    readiness.state = "ready"
    drain.begin(30)
    assert health() == (503, {"status": "draining", "viewers": 2, "max_viewers": 2})
    assert alive()[0] == 200


def test_one_that_is_stuck_is_not_alive(readiness: serving.Readiness, engine: Engine) -> None:
    readiness.state = "ready"
    engine.current_status = replace(STATUS, stuck=True)
    assert alive() == (503, {"status": "stuck"})


class Loop:
    """Runs at once what it is given."""

    def call_soon_threadsafe(self, call: Callable[..., object], *arguments: object) -> None:
        call(*arguments)


@pytest.fixture
def stops(monkeypatch: pytest.MonkeyPatch, readiness: serving.Readiness) -> Iterator[list[int]]:
    """The signals that reached who handled SIGTERM before."""
    readiness.state = "ready"
    monkeypatch.setattr(serving, "service", lambda: SimpleNamespace(busy=False))
    received: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: received.append(number))
    serving.stop_softly(Loop())  # type: ignore[arg-type]
    yield received
    signal.signal(signal.SIGTERM, before)


def test_asked_to_stop_it_waits_for_who_is_live(engine: Engine, drain: Drain, stops: list[int]) -> None:
    signal.raise_signal(signal.SIGTERM)
    until(lambda: engine.draining)
    assert drain.begun
    assert stops == []
    engine.here = False
    until(lambda: stops == [signal.SIGTERM])


def test_with_nobody_there_it_stops_at_once(engine: Engine, drain: Drain, stops: list[int]) -> None:
    engine.here = False
    signal.raise_signal(signal.SIGTERM)
    until(lambda: stops == [signal.SIGTERM])
    assert not drain.begun


@pytest.mark.usefixtures("engine")
def test_it_stops_also_when_draining_fails(monkeypatch: pytest.MonkeyPatch, stops: list[int]) -> None:
    def fail() -> bool:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(serving, "somebody_is_here", fail)
    signal.raise_signal(signal.SIGTERM)
    until(lambda: stops == [signal.SIGTERM])


@pytest.mark.usefixtures("engine", "drain")
def test_asked_twice_it_stops_at_once(stops: list[int]) -> None:
    signal.raise_signal(signal.SIGTERM)
    signal.raise_signal(signal.SIGTERM)
    assert stops == [signal.SIGTERM]


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
    (route,) = [candidate for candidate in serving.ROUTES if candidate.path == "/metrics"]
    scope = {"type": "http", "method": "GET", "path": "/metrics", "headers": [(b"accept", accept.encode())]}
    assert (route.matches(scope)[0] is Match.FULL) == served


def test_below_a_path_our_routes_lie_there_too(monkeypatch: pytest.MonkeyPatch) -> None:
    assert serving.routes() == serving.ROUTES
    monkeypatch.setattr(st, "get_option", lambda _name: "fairest")
    routes = serving.routes()
    for route in serving.ROUTES:
        for path in (route.path, f"/fairest{route.path}"):
            methods = route.methods or {"GET"}
            method = "GET" if "GET" in methods else min(methods)
            scope = {"type": "http", "method": method, "path": re.sub(r"{\w+}", "x", path), "headers": []}
            assert [candidate.matches(scope)[0] for candidate in routes].count(Match.FULL) == 1, path
    browsing = {"type": "http", "method": "GET", "path": "/fairest/metrics", "headers": [(b"accept", b"text/html")]}
    assert Match.FULL not in [candidate.matches(browsing)[0] for candidate in routes]
