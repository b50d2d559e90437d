"""Fairest under hours of use, and under many connects.

python -m tests.soak [--hours H] [--seed N] [--out FILE] [--plot FILE]
    visitors, photos, calls, model switches and network faults (Linux)
python -m tests.soak connects [--count N] [--at-once N] [--out FILE]
    viewers who connect and disconnect, and the resources they leak (Linux)

The exit status is 0 if all criteria are met. Reports are rewritten as the run proceeds, so that an interrupted run has
one as well.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from core.output.files import write_file
from core.settings import WEIGHTS
from tests.browser.serving import served
from tests.soak import connects
from tests.soak.conductor import Conductor, Record
from tests.soak.judgement import HOUR
from tests.soak.plan import FULL
from tests.soak.plot import draw
from tests.soak.report import report, table

PLACES = "6"
"""Seats for viewers: more than are ever used, so that nobody is refused."""
REPORTS = WEIGHTS / "reports"


def write(results: dict[str, Any], out: Path) -> None:
    """Write a report."""
    write_file(out, json.dumps(results, indent=1) + "\n")


def soak(hours: float, seed: int, out: Path, plot: Path | None) -> dict[str, Any]:
    """Run it and return the report; report and plot are rewritten after each cycle."""

    def write_report(record: Record) -> None:
        results = report(record)
        write(results, out)
        if plot is not None:
            draw(record, plot)
        print(f"{results['hours']} h, {results['cycles']} cycles, {results['failures']} failures", flush=True)

    with served(FAIREST_MAX_VIEWERS=PLACES, TF_CPP_MIN_LOG_LEVEL="2") as server:
        conductor = Conductor(server, seed, FULL, write_report)
        asyncio.run(conductor.run(hours * HOUR))
    return report(conductor.record)


def connect(count: int, at_once: int, out: Path) -> dict[str, Any]:
    """Run it and return the report, which is rewritten after each batch."""

    def write_report(progress: connects.Connects) -> None:
        results = connects.report(progress)
        write(results, out)
        print(
            f"{results['connects']} connects, {results['failures']} failures, {results['memory_last_mb']} MB",
            flush=True,
        )

    with served(FAIREST_MAX_VIEWERS=connects.places(at_once), FAIREST_TRUSTED_PROXIES="1") as server:
        run = connects.Connects(server, at_once)
        asyncio.run(run.run(count, connects.BATCHES, write_report))
    return connects.report(run)


def parser() -> argparse.ArgumentParser:
    """Build the command line parser."""
    argument_parser = argparse.ArgumentParser(prog="python -m tests.soak", description="Fairest under hours of use.")
    argument_parser.add_argument("--hours", type=float, default=2.0)
    argument_parser.add_argument("--seed", type=int, default=1, help="of the plan; the same seed gives the same plan")
    argument_parser.add_argument("--out", type=Path, default=REPORTS / "soak.json")
    argument_parser.add_argument("--plot", type=Path, help="a picture of it, as .webp, .png or .svg")
    verbs = argument_parser.add_subparsers(dest="verb")
    connects_parser = verbs.add_parser("connects", help="viewers who connect and disconnect")
    connects_parser.add_argument("--count", type=int, default=10_000)
    connects_parser.add_argument("--at-once", type=int, default=4)
    connects_parser.add_argument("--out", type=Path, default=REPORTS / "connects.json")
    return argument_parser


def main() -> int:
    """Run the command and return the exit status."""
    options = parser().parse_args()
    if options.verb == "connects":
        results = connect(options.count, options.at_once, options.out)
    else:
        results = soak(options.hours, options.seed, options.out, options.plot)
    print(table(results))
    return 0 if results["passed"] else 1


if __name__ == "__main__":
    sys.exit(main())
