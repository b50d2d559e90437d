from __future__ import annotations

from pathlib import Path

from tests.chaos import report as reports
from tests.chaos.conductor import SeedOutcome, Struck


def outcome(seed: int, recovery: float | None, broken: list[str]) -> SeedOutcome:
    return SeedOutcome(seed, "one", 20.0, [Struck("disk full", "quiet", recovery, 3, 1, 0, broken)], [])


def test_it_grows_by_seeds_and_says_what_did_not_hold(tmp_path: Path) -> None:
    path = tmp_path / "reports" / "chaos.json"
    report = reports.read(path)
    for seed, recovery, broken in ((2, 3.0, []), (1, 1.0, []), (3, None, ["it stopped"])):
        report = reports.with_seed(report, outcome(seed, recovery, broken), {"clock an hour on": "No library."})
        reports.write(path, report)
    report = reports.read(path)
    assert reports.done(report) == {1, 2, 3}
    assert (report["seeds_run"], report["seeds_held"], report["faults_injected"]) == (3, 2, 3)
    row = report["faults"]["disk full"]
    assert (row["injected"], row["held"], row["recovered"]) == (3, 2, 2)
    assert (row["median"], row["p95"], row["max"], row["answered"]) == (1.0, 3.0, 3.0, 9)
    assert reports.broken(report) == ["seed 3, disk full: it stopped"]
    assert "disk full" in reports.table(report)


def test_a_seed_that_is_done_again_takes_the_place_of_what_it_was() -> None:
    report = reports.with_seed(reports.read(None), outcome(1, 1.0, ["it stopped"]), {})
    report = reports.with_seed(report, outcome(1, 2.0, []), {})
    assert reports.broken(report) == []
    assert report["faults"]["disk full"]["max"] == 2.0


def test_shares_are_by_nearest_rank() -> None:
    values = [float(number) for number in range(1, 21)]
    assert [reports.share(values, part) for part in (0.5, 0.95, 1.0)] == [10.0, 19.0, 20.0]
    assert reports.share([], 0.5) is None
