"""Inject faults into the running app, and flood it; all on this machine, bounded in number and time (Linux).

python -m tests.chaos [--seeds N] [--first N] [--out FILE]
    run this many seeds: each starts the app, has people live on it and photos rated, and injects faults. The report
    grows with each seed; seeds already in it are skipped. Returns 1 if an invariant was violated.
python -m tests.chaos floods [--seconds S] [--only NAME ...] [--out FILE]
    measure the share of analysed frames that live viewers keep while the app is flooded. Returns 1 if it is too low.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path


def chaos(seeds: int, first: int, out: Path | None) -> int:
    """Run the missing seeds; return 0 if all invariants held in all seeds of the report."""
    from tests.chaos import report as reports
    from tests.chaos.conductor import run_seed
    from tests.chaos.faults.catalogue import impossible
    from tests.chaos.plan import make_plan

    # The viewers' log messages about broken connections are expected.
    for name in ("aiortc", "aioice", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    skipped = impossible()
    for fault, reason in skipped.items():
        print(f"Not done here: {fault}. {reason}")
    report = reports.read(out)
    for seed in range(first, first + seeds):
        if seed in reports.done(report):
            continue
        outcome = run_seed(make_plan(seed, frozenset(skipped)))
        report = reports.with_seed(report, outcome, skipped)
        if out is not None:
            reports.write(out, report)
        faults = ", ".join(strike.fault for strike in outcome.struck)
        print(f"seed {seed}: {faults}: {'held' if outcome.held else 'BROKEN'} ({outcome.seconds:.0f} s)", flush=True)
        if not outcome.held:
            print(
                outcome.log, *outcome.broken, *(text for strike in outcome.struck for text in strike.broken), sep="\n"
            )
    print("\n" + reports.table(report))
    violations = reports.broken(report)
    print("\n".join(violations) or f"\nAll invariants held in {len(report['seeds'])} seeds.")
    return 1 if violations else 0


def floods(seconds: float, only: Sequence[str], out: Path | None) -> int:
    """Measure the floods; return 0 if live viewers keep enough in each."""
    from tests.chaos.floods.measure import measure_all, report, table

    rows = measure_all(seconds, only)
    print(table(rows))
    if out is not None:
        from tests.chaos.report import read, write

        write(out, report(rows, read(out).get("floods", ())))
    return 0 if all(row.enough for row in rows) else 1


def parser() -> argparse.ArgumentParser:
    """Build the command line parser."""
    argument_parser = argparse.ArgumentParser(
        prog="python -m tests.chaos", description="Break the running app on purpose."
    )
    argument_parser.add_argument("what", nargs="?", choices=("seeds", "floods"), default="seeds")
    argument_parser.add_argument("--seeds", type=int, default=50, metavar="N", help="how many (default: %(default)s)")
    argument_parser.add_argument("--first", type=int, default=1, metavar="N", help="seed (default: %(default)s)")
    argument_parser.add_argument(
        "--seconds", type=float, default=10, help="floods: of each window (default: %(default)s)"
    )
    argument_parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="floods: these alone")
    argument_parser.add_argument("--out", type=Path, help="a JSON report, which grows")
    return argument_parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; see the module."""
    arguments = parser().parse_args(argv)
    if arguments.what == "floods":
        return floods(arguments.seconds, arguments.only, arguments.out)
    return chaos(arguments.seeds, arguments.first, arguments.out)


if __name__ == "__main__":
    sys.exit(main())
