"""Fairest under hours of use, and many connects.

python -m tests.soak [--hours H] [--seed N] [--out FILE] [--plot FILE]
    visitors, photos, calls, model switches and network faults; the exit status is 0 when all that is judged holds
python -m tests.soak connects [--count N] [--at-once N] [--out FILE]
    viewers who connect and disconnect, and what they leave behind
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path

from core.outputs import write_file
from core.settings import WEIGHTS
from tests.browser.serving import served
from tests.soak.conductor import Conductor, Record
from tests.soak.judgement import HOUR
from tests.soak.plan import FULL
from tests.soak.plot import draw
from tests.soak.report import report, table

PLACES = "6"
"""For viewers: more than are ever there, so that nobody is turned away."""


def soak(hours: float, seed: int, out: Path, plot: Path | None) -> int:
    """Run it; the report and the plot are written anew after each cycle. Returns the exit status."""

    def tell(record: Record) -> None:
        told = report(record)
        write_file(out, json.dumps(told, indent=1) + "\n")
        if plot is not None:
            draw(record, plot)
        print(f"{told['hours']} h, {told['cycles']} cycles, {told['failures']} failures", flush=True)

    with served(FAIREST_MAX_VIEWERS=PLACES, TF_CPP_MIN_LOG_LEVEL="2") as server:
        conductor = Conductor(server, seed, FULL, tell)
        asyncio.run(conductor.run(hours * HOUR))
    told = report(conductor.record)
    print(table(told))
    return 0 if told["passed"] else 1


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description="Fairest under hours of use.")
    parser.add_argument("--hours", type=float, default=2.0)
    parser.add_argument("--seed", type=int, default=1, help="of the plan; the same seed gives the same plan")
    parser.add_argument("--out", type=Path, default=WEIGHTS / "reports" / "soak.json")
    parser.add_argument("--plot", type=Path, help="a picture of it, as .webp, .png or .svg")
    asked = parser.parse_args()
    return soak(asked.hours, asked.seed, asked.out, asked.plot)


if __name__ == "__main__":
    sys.exit(main())
