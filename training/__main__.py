"""How models come to be: `python -m training VERB`, `--help` lists the verbs.

Exit status: 0 when done, 2 when the call was wrong or something is missing, with a sentence that says what,
130 when stopped by Ctrl-C.
"""

from __future__ import annotations

import argparse
import os
import sys
from types import ModuleType

from core.errors import FairestError
from core.escaping import tolerate
from training.commands import (
    adults,
    ages,
    augment,
    benchmarks,
    capture,
    confusion_matrix,
    conventions,
    detectors,
    evaluate,
    export,
    faces,
    fairness,
    folds,
    gen_ensemble,
    gen_results,
    label,
    landmarks,
    panels,
    prelabel,
    report,
    teach,
    train,
)
from training.errors import TrainingError

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

VERBS: dict[str, ModuleType] = {
    "capture": capture,
    "prelabel": prelabel,
    "label": label,
    "faces": faces,
    "augment": augment,
    "ages": ages,
    "adults": adults,
    "panels": panels,
    "landmarks": landmarks,
    "train": train,
    "teach": teach,
    "export": export,
    "evaluate": evaluate,
    "gen_results": gen_results,
    "gen_ensemble": gen_ensemble,
    "folds": folds,
    "fairness": fairness,
    "report": report,
    "confusion_matrix": confusion_matrix,
    "conventions": conventions,
    "detectors": detectors,
    "benchmarks": benchmarks,
}


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(
        prog="python -m training", description="Collect data, augment it, train, export and measure models."
    )
    verbs = made.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb, command in VERBS.items():
        command.add_arguments(verbs.add_parser(verb, help=command.HELP, description=command.HELP))
    return made


def main(argv: list[str] | None = None) -> int:
    """Run one verb; returns the exit status."""
    tolerate(sys.stdout, sys.stderr)
    arguments = parser().parse_args(argv)
    try:
        VERBS[arguments.verb].run(arguments)
    except (FairestError, TrainingError) as error:
        print(f"python -m training: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"python -m training: {error.filename or 'a file'}: {error.strerror or error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("python -m training: stopped.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
