"""Parsing of libFuzzer's output, and the reports."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from tests.fuzz.__main__ import Outcome, crashed, executions_in, kept, main, report, table


def test_executions_are_read_from_the_end_or_from_the_last_line() -> None:
    assert executions_in("#12\tNEW cov: 3\n#95\tpulse\nTraceback") == 95
    assert executions_in("#12\tNEW cov: 3\nstat::number_of_executed_units: 230\n") == 230
    assert executions_in("nothing") == 0


def test_only_inputs_of_crashes_are_kept(tmp_path: Path) -> None:
    for name in ("crash-1", "timeout-2", "slow-unit-3"):
        (tmp_path / name).write_bytes(name.encode())
    assert [path.name for path in crashed(tmp_path)] == ["crash-1", "timeout-2"]
    assert kept(tmp_path / "crash-1", tmp_path / "a" / "b").read_bytes() == b"crash-1"


def test_the_table_has_a_line_a_target() -> None:
    head, row = table([Outcome("rtp", 12_345, 90.0, (Path("crash-1"),), "")]).splitlines()
    assert head.split() == ["target", "executions", "minutes", "crashes"]
    assert row.split() == ["rtp", "12,345", "1.5", "1"]


def test_the_report_has_the_same_figures() -> None:
    assert report([Outcome("rtp", 12_345, 90.0, (), "")])["rtp"] | {"mended_before": 0} == {
        "executions": 12_345,
        "minutes": 1.5,
        "crashes": 0,
        "mended_before": 0,
    }


def test_what_cannot_run_is_reported(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["nothing"])
    assert "expected targets of" in capsys.readouterr().err
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    assert main(["rtp"]) == 2
    assert "make fuzz" in capsys.readouterr().err
