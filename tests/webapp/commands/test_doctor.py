from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from tests.browser.serving import free_port
from webapp.commands import doctor
from webapp.doctor import machine
from webapp.doctor.finding import failure, ok, warning

FOUND = [ok("port", "8501 is free"), warning("clock", "late", "Set it."), failure("settings", "what?", "Read [them].")]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_machine_that_runs_the_tests_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor.main(["--port", str(free_port())]) == 0
    lines = capsys.readouterr().out.splitlines()
    subjects = {line.split()[1] for line in lines}
    assert {"Python", "platform", "packages", "builds", "settings", "memory", "clock", "port"} <= subjects
    assert {"camera", "UDP", "models", "threads", "ICE"} <= subjects
    assert not [line for line in lines if line.startswith("failure")]


def test_what_fails_shows_in_the_status_and_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FAIREST_NONE", "1")
    assert doctor.main(["--port", str(free_port()), "--url", "nowhere"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("failure  settings") for line in lines)
    assert any(line.startswith("failure  address") for line in lines)
    assert any(line.startswith("ok       UDP") for line in lines)


def test_a_warning_is_no_failure(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(machine, "free_memory", lambda: 700 * machine.MB)
    assert doctor.main(["--port", str(free_port())]) == 0
    assert "warning  memory" in capsys.readouterr().out


def test_lines_are_plain_where_nobody_looks() -> None:
    stream = io.StringIO()
    doctor.show(FOUND, Console(file=stream))
    assert stream.getvalue().splitlines() == [
        "ok       port       8501 is free",
        "warning  clock      late. Set it.",
        "failure  settings   what? Read [them].",
    ]


def test_a_terminal_gets_a_table() -> None:
    stream = io.StringIO()
    doctor.show(FOUND, Console(file=stream, force_terminal=True, color_system=None, width=100))
    heading, *lines = stream.getvalue().splitlines()
    assert heading.split() == ["found", "what", "to", "do"]
    assert lines[2].split() == ["failure", "settings", "what?", "Read", "[them]."]
