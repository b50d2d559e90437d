from __future__ import annotations

import json
from pathlib import Path

from core.settings import ROOT
from tests.chaos import report as reports
from tests.chaos.conductor import SeedOutcome, Struck
from tests.chaos.document import DOCUMENT, PARTS, REPORTS, part, written
from tests.chaos.floods import measure
from tests.chaos.floods.measure import Row


def test_it_says_what_the_reports_say() -> None:
    text = (ROOT / DOCUMENT).read_text()
    assert written(text, ROOT / REPORTS) == text, "run: make docs"
    for name in PARTS:
        assert f"<!-- benchmarks: {name} -->" in text


def test_a_report_that_is_not_there_has_no_section(tmp_path: Path) -> None:
    text = written((ROOT / DOCUMENT).read_text(), tmp_path)
    assert "###" not in text
    assert written(text, tmp_path) == text


def test_recovery_times_and_what_did_not_hold(tmp_path: Path) -> None:
    outcome = SeedOutcome(3, "one", 20.0, [Struck("disk full", "quiet", 1.25, 3, 1, 0, ["it stopped"])], ["a file"])
    report = reports.with_seed(reports.read(None), outcome, {"clock an hour on": "No library."})
    reports.write(tmp_path / "chaos.json", report)
    lines = part("chaos", tmp_path)
    assert "| disk full | 1 | 0 | 1.2 | 1.2 | 1.2 | 3 | 1 | 0 |" in lines
    assert {"- seed 3, disk full: it stopped", "- seed 3, at its end: a file"} < {*lines}
    assert "- clock an hour on: No library." in lines


def test_what_viewers_kept(tmp_path: Path) -> None:
    row = Row("offers", 5.0, 30.0, 29.4, 0.98, 0.97, (250, 260), {"429": 100}, 1.0)
    reports.write(tmp_path / "floods.json", measure.report([row]))
    assert "| offers | 98.0% | 97.0% | 250 | 260 | 100% |" in part("floods", tmp_path)


def test_other_reports_tell_their_plain_values(tmp_path: Path) -> None:
    (tmp_path / "soak.json").write_text(json.dumps({"seconds": 7200, "p95_ms": 41.5, "held": True, "minutes": [1]}))
    assert part("soak", tmp_path)[-3:] == ["| seconds | 7,200 |", "| p95 ms | 41.50 |", "| held | yes |"]
