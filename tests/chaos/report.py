"""Report of many seeds, extended one seed at a time, and its table. Pure except for the file access."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.output.files import write_file
from tests.chaos.conductor import SeedOutcome
from tests.chaos.plan import FAULTS

Report = dict[str, Any]


def read(path: Path | None) -> Report:
    """Read a partial report; an empty one if the file is missing."""
    if path is not None and path.is_file():
        report: Report = json.loads(path.read_text(encoding="utf-8"))
        return report
    return {"seeds": [], "faults": {}, "skipped": {}}


def done(report: Report) -> set[int]:
    """Return the seeds in the report."""
    return {seed["seed"] for seed in report["seeds"]}


def with_seed(report: Report, outcome: SeedOutcome, skipped: Mapping[str, str]) -> Report:
    """Return the report with one more seed. skipped: faults that cannot be injected here, with reasons."""
    values = {name: value for name, value in asdict(outcome).items() if name != "log"}
    row = values | {"held": outcome.held, "seconds": round(outcome.seconds, 1)}
    seeds = sorted(
        [*(seed for seed in report["seeds"] if seed["seed"] != outcome.seed), row], key=lambda seed: seed["seed"]
    )
    return {
        "seeds_run": len(seeds),
        "seeds_held": sum(seed["held"] for seed in seeds),
        "faults_injected": sum(len(seed["struck"]) for seed in seeds),
        "faults": by_fault(seeds),
        "skipped": dict(skipped),
        "seeds": seeds,
    }


def by_fault(seeds: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return for each fault: injections, runs without violations, recovery times in seconds, requests meanwhile."""
    strikes = [strike for seed in seeds for strike in seed["struck"]]
    figures = {}
    for fault in FAULTS:
        rows = [strike for strike in strikes if strike["fault"] == fault]
        if not rows:
            continue
        times = sorted(strike["recovery"] for strike in rows if strike["recovery"] is not None)
        figures[fault] = {
            "injected": len(rows),
            "held": sum(not strike["broken"] for strike in rows),
            "recovered": len(times),
            "median": share(times, 0.5),
            "p95": share(times, 0.95),
            "max": share(times, 1.0),
            **{ending: sum(strike[ending] for strike in rows) for ending in ("answered", "refused", "cut")},
        }
    return figures


def share(values: list[float], part: float) -> float | None:
    """Return a percentile of sorted values by nearest rank; None for no values."""
    if not values:
        return None
    return round(values[max(0, math.ceil(part * len(values)) - 1)], 2)


def write(path: Path, report: Report) -> None:
    """Write it atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, json.dumps(report, indent=1) + "\n")


def table(report: Report) -> str:
    """Format one line per fault."""
    lines = [
        f"{'fault':<26}{'times':>6}{'held':>6}{'median':>9}{'p95':>8}{'max':>8}{'answered':>10}{'refused':>9}{'cut':>5}"
    ]
    for fault, row in report["faults"].items():
        times = "".join(
            f"{'-' if row[name] is None else format(row[name], '.1f'):>{width}}"
            for name, width in (("median", 9), ("p95", 8), ("max", 8))
        )
        lines.append(
            f"{fault:<26}{row['injected']:>6}{row['held']:>6}{times}{row['answered']:>10}{row['refused']:>9}{row['cut']:>5}"
        )
    return "\n".join(lines)


def broken(report: Report) -> list[str]:
    """Return every violated invariant, one line each."""
    violations = []
    for seed in report["seeds"]:
        violations += [
            f"seed {seed['seed']}, {strike['fault']}: {text}" for strike in seed["struck"] for text in strike["broken"]
        ]
        violations += [f"seed {seed['seed']}, at its end: {text}" for text in seed["broken"]]
    return violations
