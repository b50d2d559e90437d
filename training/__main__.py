"""Prepares data, trains, evaluates and exports models: `python -m training VERB`, `--help` lists the verbs.

Exit status: 0 when done, 2 when the call was wrong or something is missing, with a sentence that says what,
130 when stopped by Ctrl-C.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from types import ModuleType

from core.errors import FairestError
from core.output.escaping import escape_unencodable_output
from training.errors import TrainingError

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

PROGRAM = "python -m training"

EXTRA = frozenset({"albumentations", "imagehash", "keras", "scipy", "tensorboard", "tensorflow"})
"""Modules provided only by the package's extra `train`, or by requirements-train.txt."""

MISSING = (
    "expected {name}; it is not installed. Get what training needs by: python -m pip install -r requirements-train.txt "
    "(where Fairest was installed as a package: its extra, fairest[train])"
)

VERBS: dict[str, ModuleType] = {
    verb: importlib.import_module(f"training.commands.{verb}")
    for verb in (
        "capture", "prelabel", "label", "faces", "augment", "ages", "adults", "panels", "landmarks", "train", "teach",
        "export", "evaluate", "gen_results", "gen_ensemble", "folds", "fairness", "report", "confusion_matrix",
        "conventions", "detectors", "losses", "benchmarks",
    )
}  # fmt: skip
"""Each verb's module, in the order of the help."""


def build_parser(program: str = PROGRAM) -> argparse.ArgumentParser:
    """Return the parser of the command line. program: the command as the caller typed it."""
    parser = argparse.ArgumentParser(
        prog=program, description="Collect data, augment it, train, export and measure models."
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb, command in VERBS.items():
        command.add_arguments(verbs.add_parser(verb, help=command.HELP, description=command.HELP))
    return parser


def main(argv: list[str] | None = None, program: str = PROGRAM) -> int:
    """Run one verb; return the exit status.

    Args:
        argv: the command-line arguments; sys.argv[1:] by default.
        program: the command as the caller typed it, printed before every message.
    """
    escape_unencodable_output(sys.stdout, sys.stderr)
    arguments = build_parser(program).parse_args(argv)
    try:
        VERBS[arguments.verb].run(arguments)
    except (FairestError, TrainingError) as error:
        print(f"{program}: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{program}: {error.filename or 'a file'}: {error.strerror or error}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:
        name = (error.name or "").partition(".")[0]
        if name not in EXTRA:
            raise
        print(f"{program}: {MISSING.format(name=name)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"{program}: stopped.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
