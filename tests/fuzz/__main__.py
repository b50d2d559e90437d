"""Run the fuzz targets and report the results.

python -m tests.fuzz [TARGET ...] [--seconds N] [--jobs N] [--to FOLDER] [--out FILE]

Needs Atheris (requirements-fuzz.txt), a coverage-guided fuzzer. Inputs that increase coverage are kept in FOLDER and
are the starting point of the next run. A crashing input is saved with the target's regressions, which `make test` runs;
the exit status is 1 if there is one.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from core.settings import ROOT
from tests.fuzz.target import load, names

SLOWEST = 20
"""Timeout for one input in seconds; beyond it the target counts as hanging."""
LARGEST = 8192
"""Maximum size of an input in bytes."""
MEMORY_MB = 3000
CRASHES = ("crash-*", "timeout-*", "oom-*", "leak-*")
"""File names of crashing inputs; others are inputs that were slow, which may be due to a busy machine."""


@dataclass(frozen=True)
class Outcome:
    """Results of a target. crashes: the inputs. log: the end of the output."""

    name: str
    executions: int
    seconds: float
    crashes: tuple[Path, ...]
    log: str


def run(name: str, seconds: float, folder: Path) -> Outcome:
    """Fuzz a target. folder: keeps inputs that increase coverage."""
    target = load(name)
    corpus = folder / name
    corpus.mkdir(parents=True, exist_ok=True)
    begin = time.monotonic()
    executions, log = 0, ""
    with tempfile.TemporaryDirectory() as temporary:
        crash_folder = Path(temporary)
        while (remaining := seconds - (time.monotonic() - begin)) > 1 or not log:
            seeds = [str(path) for path in (corpus, target.corpus, target.regressions) if path.is_dir()]
            options = [
                f"-max_total_time={max(1, round(remaining))}",
                f"-timeout={SLOWEST}",
                f"-max_len={LARGEST}",
                f"-rss_limit_mb={MEMORY_MB}",
                f"-artifact_prefix={crash_folder}/",
                "-print_final_stats=1",
                "-close_fd_mask=1",
            ]
            command = [sys.executable, "-m", "tests.fuzz.worker", name, str(crash_folder), *options, *seeds]
            completed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, errors="replace", check=False)
            log = completed.stderr
            executions += executions_in(log)
            if completed.returncode and not crashed(crash_folder):
                break
        crashes = tuple(kept(path, target.regressions) for path in crashed(crash_folder))
    return Outcome(name, executions, time.monotonic() - begin, crashes, log[-3000:])


def crashed(folder: Path) -> list[Path]:
    """Return the crashing inputs in a folder."""
    return sorted(path for pattern in CRASHES for path in folder.glob(pattern))


def executions_in(log: str) -> int:
    """Return the number of inputs tried, from libFuzzer's output."""
    counts = re.findall(r"^#(\d+)\s|number_of_executed_units: (\d+)", log, re.MULTILINE)
    return max((int(running or final) for running, final in counts), default=0)


def kept(path: Path, folder: Path) -> Path:
    """Save an input as a regression and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(path, folder / path.name))


def table(outcomes: Sequence[Outcome]) -> str:
    """Format the results, one line each."""
    lines = [f"{'target':<18}{'executions':>12}{'minutes':>9}{'crashes':>9}"]
    lines += [
        f"{outcome.name:<18}{outcome.executions:>12,}{outcome.seconds / 60:>9.1f}{len(outcome.crashes):>9}"
        for outcome in outcomes
    ]
    return "\n".join(lines)


def report(outcomes: Sequence[Outcome]) -> dict[str, dict[str, float]]:
    """Return the results for JSON, by target: executions, and the saved inputs of fixed crashes."""
    return {
        outcome.name: {
            "executions": outcome.executions,
            "minutes": round(outcome.seconds / 60, 1),
            "crashes": len(outcome.crashes),
            "mended_before": len(list(load(outcome.name).regressions.glob("*"))),
        }
        for outcome in outcomes
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Run targets; return 0 without crashes, 1 with crashes, 2 if they cannot be run."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Fuzz what reads strangers' bytes.")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(names())}; all, if none is named")
    parser.add_argument("--seconds", type=float, default=60, metavar="N", help="for each (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="at a time (default: %(default)s)")
    parser.add_argument("--to", type=Path, default=ROOT / "artifacts" / "fuzz", metavar="FOLDER",
                        help="keeps inputs that reach more (default: artifacts/fuzz)")  # fmt: skip
    parser.add_argument("--out", type=Path, metavar="FILE", help="writes the table as JSON, too")
    arguments = parser.parse_args(argv)
    unknown = sorted({*arguments.targets} - {*names()})
    if unknown:
        parser.error(f"expected targets of {', '.join(names())}; received {', '.join(unknown)}.")
    if importlib.util.find_spec("atheris") is None:
        print("Expected Atheris; it is not installed. Run: make fuzz", file=sys.stderr)
        return 2
    chosen = arguments.targets or names()
    with ThreadPoolExecutor(arguments.jobs) as pool:
        outcomes = list(pool.map(lambda name: run(name, arguments.seconds, arguments.to), chosen))
    print(table(outcomes))
    if arguments.out is not None:
        arguments.out.write_text(json.dumps(report(outcomes), indent=1) + "\n", encoding="utf-8")
    for outcome in outcomes:
        for path in outcome.crashes:
            print(f"{outcome.name}: {path}")
        if outcome.crashes or not outcome.executions:
            print(outcome.log)
    return 1 if any(outcome.crashes or not outcome.executions for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
