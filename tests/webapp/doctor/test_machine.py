from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.settings import LiveSettings, ModelSettings
from webapp.doctor import machine
from webapp.doctor.finding import Level
from webapp.doctor.machine import MB

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_free_memory_is_the_machines_or_the_containers(tmp_path: Path) -> None:
    meminfo = tmp_path / "meminfo"
    assert machine.free_memory(meminfo, tmp_path) is None
    meminfo.write_text("MemTotal: 9 kB\nMemAvailable:    4000000 kB\n")
    assert machine.free_memory(meminfo, tmp_path) == 4_096_000_000
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "memory.current").write_text("100000000\n")
    assert machine.free_memory(meminfo, tmp_path) == 4_096_000_000
    (tmp_path / "memory.max").write_text("600000000\n")
    assert machine.free_memory(meminfo, tmp_path) == 500_000_000


@pytest.mark.parametrize(
    ("free", "level"),
    [(None, Level.OK), (4000 * MB, Level.OK), (700 * MB, Level.WARNING), (100 * MB, Level.FAILURE)],
)
def test_little_memory_is_reported(free: int | None, level: Level) -> None:
    assert machine.check_memory(free).level is level


def test_more_than_the_processors_can_do_is_reported() -> None:
    settings = ModelSettings(threads=2), LiveSettings(max_viewers=4)
    assert [finding.level for finding in machine.check_threads(*settings, 2)] == [Level.OK]
    threads, viewers = machine.check_threads(*settings, 0.5)
    assert threads.level is viewers.level is Level.WARNING
    assert threads.advice == "Set FAIREST_THREADS to 1."
    assert viewers.advice == "Set FAIREST_MAX_VIEWERS to 1."


@pytest.mark.parametrize(("state", "right"), [(0, True), (5, False), (-1, None)])
def test_the_system_says_whether_the_clock_is_kept_right(state: int, right: bool | None) -> None:
    assert machine.is_kept_right(lambda _buffer: state) is right


def test_a_system_that_does_not_say_is_not_guessed_about(monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.is_kept_right() in {True, False, None}
    monkeypatch.setattr(sys, "platform", "darwin")
    assert machine.is_kept_right() is None


@pytest.mark.parametrize(
    ("age", "right", "level"),
    [
        (timedelta(days=30), True, Level.OK),
        (timedelta(days=30), None, Level.OK),
        (timedelta(days=30), False, Level.WARNING),
        (timedelta(days=-30), True, Level.FAILURE),
    ],
)
def test_a_clock_that_is_behind_the_program_is_wrong(age: timedelta, right: bool | None, level: Level) -> None:
    assert machine.check_clock(NOW, NOW - age, right).level is level
    assert machine.program_date() < datetime.now(UTC) + timedelta(days=1)
