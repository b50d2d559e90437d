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
    assert "| offers | 98.0 % | 97.0 % | 250 | 260 | 100 % |" in part("floods", tmp_path)


def test_what_grew_in_hours_of_use_and_what_went_wrong(tmp_path: Path) -> None:
    report = json.loads((ROOT / REPORTS / "soak.json").read_text()) | {
        "threads_first": 40,
        "threads_last": 42,
        "threads_more": 2,
        "threads_steady": False,
        "photo_cpu_ms_p95_change": None,
        "failure_sentences": ["after 9 s, visit: lost"],
    }
    (tmp_path / "soak.json").write_text(json.dumps(report))
    lines = part("soak", tmp_path)
    assert "| threads at rest | 40 | 42 | 2 more | no |" in lines
    assert any(line.startswith("| a photo") and "| - |" in line for line in lines)
    assert lines[-1] == "- after 9 s, visit: lost"


def test_what_was_left_of_connects_and_what_was_fuzzed(tmp_path: Path) -> None:
    left_over = {
        f"{name}_{moment}": 5 for name in ("threads", "sockets", "descriptors") for moment in ("first", "last", "more")
    }
    connects = {"connects": 2000, "at_once": 3, "seconds": 120, "failures": 0, "memory_mb_a_thousand": 0.5}
    (tmp_path / "connects.json").write_text(json.dumps(left_over | connects))
    assert "| sockets | 5 | 5 | 5 |" in part("connects", tmp_path)
    (tmp_path / "fuzz.json").write_text(json.dumps({"rtp": {"executions": 12345, "minutes": 1.5, "crashes": 0}}))
    assert "| rtp | 12,345 | 1.5 | 0 |" in part("fuzz", tmp_path)
